{**
 * The buttons of a row. They stand in the list's own form, so pressing one is a POST with its token.
 * HelperList writes classes into the first `a ... class=` of an action that has no `btn` on that line: hence the order here.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 *}
{if $editable}
  <span data-product-sync="actions" class="product-sync-actions btn-toolbar">
    {if $can_send}
      <button type="submit" name="sendAgain" value="{$id|intval}" aria-label="{l s='Send again' d='Modules.Productsync.Admin'}: {$name|escape:'html':'UTF-8'}" class="btn btn-default"><i class="icon-repeat" aria-hidden="true"></i> {l s='Send again' d='Modules.Productsync.Admin'}</button>
    {/if}
    {if $can_discard}
      <button type="submit" name="discard" value="{$id|intval}" aria-label="{l s='Discard' d='Modules.Productsync.Admin'}: {$name|escape:'html':'UTF-8'}" class="btn btn-default"><i class="icon-remove" aria-hidden="true"></i> {l s='Discard' d='Modules.Productsync.Admin'}</button>
    {/if}
    {if $can_release}
      <button type="submit" name="release" value="{$id|intval}" aria-label="{l s='Take back' d='Modules.Productsync.Admin'}: {$name|escape:'html':'UTF-8'}" title="{l s='Only when whoever took it has not been heard of' d='Modules.Productsync.Admin'}" class="btn btn-default"><i class="icon-undo" aria-hidden="true"></i> {l s='Take back' d='Modules.Productsync.Admin'}</button>
    {/if}
  </span>
{/if}
