{**
 * In which shops the settings below are saved, where there are several.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 *}
<div class="alert alert-info" role="note">
  <p>{$text|escape:'html':'UTF-8'}</p>
  {if $own}<p>{l s='Shops that have values of their own, and keep them:' d='Modules.Productsync.Admin'} {foreach $own as $name}{$name|escape:'html':'UTF-8'}{if !$name@last}, {/if}{/foreach}</p>{/if}
</div>
