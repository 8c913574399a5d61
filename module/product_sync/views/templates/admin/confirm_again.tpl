{**
 * Asks before products that were delivered, or discarded, are sent again.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 *}
<form class="panel" method="post" action="{$action|escape:'html':'UTF-8'}" role="group" aria-labelledby="product-sync-confirm-title">
  <h3 id="product-sync-confirm-title">{l s='Send again?' d='Modules.Productsync.Admin'}</h3>
  <p role="alert">{$text|escape:'html':'UTF-8'}</p>
  <input type="hidden" name="{$token_field|escape:'html':'UTF-8'}" value="{$token|escape:'html':'UTF-8'}">
  <input type="hidden" name="rows" value="{$rows|escape:'html':'UTF-8'}">
  <button class="btn btn-primary" name="sendConfirmed" value="1">{l s='Yes, send again' d='Modules.Productsync.Admin'}</button>
  <a class="btn btn-default" href="{$action|escape:'html':'UTF-8'}">{l s='No, leave them' d='Modules.Productsync.Admin'}</a>
</form>
