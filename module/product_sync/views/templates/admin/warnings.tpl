{**
 * What needs attention, above both pages. A question about a copy brings its two answers, a suspension its end.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 *}
{foreach $warnings as $warning}
  <div class="alert alert-{if $warning.grave}danger{else}warning{/if} product-sync-warning" role="{if $warning.grave}alert{else}status{/if}" data-code="{$warning.code|escape:'html':'UTF-8'}">
    <p>
      {if $name_shops}<strong>{$warning.shop|escape:'html':'UTF-8'}:</strong>{/if}
      {$warning.text|escape:'html':'UTF-8'}
      {if $warning.code === 'dead'}
        <a class="alert-link" href="{$dead_link|escape:'html':'UTF-8'}">{l s='Show failed products' d='Modules.Productsync.Admin'}</a>
      {elseif $warning.by_settings && $on_list}
        <a class="alert-link" href="{$settings_link|escape:'html':'UTF-8'}">{l s='Settings' d='Modules.Productsync.Admin'}</a>
      {/if}
    </p>
    {if $warning.code === 'copy'}
      <dl class="product-sync-places">
        <dt>{l s='Settings saved on' d='Modules.Productsync.Admin'}</dt><dd>{$warning.saved|escape:'html':'UTF-8'}</dd>
        <dt>{l s='This shop is on' d='Modules.Productsync.Admin'}</dt><dd>{$warning.current|escape:'html':'UTF-8'}</dd>
      </dl>
      {if $editable}
        <form method="post" action="{$settings_link|escape:'html':'UTF-8'}">
          <input type="hidden" name="{$token_field|escape:'html':'UTF-8'}" value="{$token|escape:'html':'UTF-8'}">
          <input type="hidden" name="warned_shop" value="{$warning.id_shop|intval}">
          <button class="btn btn-default" name="placeIsSame" value="1">{l s='It is the same shop, which has moved' d='Modules.Productsync.Admin'}</button>
          <button class="btn btn-default" name="placeIsCopy" value="1">{l s='It is a copy' d='Modules.Productsync.Admin'}</button>
          <p class="help-block">{l s='For a copy the API address and token are removed and sending is paused; the original is not touched.' d='Modules.Productsync.Admin'}</p>
        </form>
      {/if}
    {/if}
    {if $warning.code === 'suspended' && $editable}
      <form method="post" action="{$settings_link|escape:'html':'UTF-8'}">
        <input type="hidden" name="{$token_field|escape:'html':'UTF-8'}" value="{$token|escape:'html':'UTF-8'}">
        <input type="hidden" name="warned_shop" value="{$warning.id_shop|intval}">
        <button class="btn btn-default" name="resumeDelivery" value="1">{l s='Resume' d='Modules.Productsync.Admin'}</button>
      </form>
    {/if}
  </div>
{/foreach}
