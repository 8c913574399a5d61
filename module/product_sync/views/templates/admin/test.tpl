{**
 * What a connection test found; in queue mode the relay is asked, and a script fetches its answer.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 *}
<div id="product-sync-test" class="alert alert-{$style|escape:'html':'UTF-8'}" role="status" aria-live="polite"
  {if $ask}data-ask="{$ask|escape:'html':'UTF-8'}" data-url="{$url|escape:'html':'UTF-8'}" data-token="{$token|escape:'html':'UTF-8'}" data-shop="{$id_shop|intval}" data-silence="{$silence|escape:'html':'UTF-8'}"{/if}>
  <p><strong>{$title|escape:'html':'UTF-8'}</strong></p>
  <p class="product-sync-result">{$text|escape:'html':'UTF-8'}</p>
  <p class="product-sync-detail"><small>{$detail|escape:'html':'UTF-8'}</small></p>
</div>
