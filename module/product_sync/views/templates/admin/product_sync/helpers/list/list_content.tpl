{**
 * Three cells of the list hold more than a text: name, state and time.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 *}
{extends file="helpers/list/list_content.tpl"}

{block name="td_content"}
  {if $key === 'name'}
    {if $tr.name === ''}<em>{l s='without a name' d='Modules.Productsync.Admin'}</em>{else}{$tr.name|escape:'html':'UTF-8'}{/if}
    {if $tr.type_text !== ''}<span class="label label-default">{$tr.type_text|escape:'html':'UTF-8'}</span>{/if}
    {if $tr.gone !== ''}<br><small>{$tr.gone|escape:'html':'UTF-8'}</small>{/if}
  {elseif $key === 'state'}
    <span class="label label-{$tr.badge|escape:'html':'UTF-8'}">{$tr.state_text|escape:'html':'UTF-8'}</span>
  {elseif $key === 'id_shop'}
    {$tr.shop_name|escape:'html':'UTF-8'}
  {elseif $key === 'time'}
    <span class="product-sync-time">{$tr.time|escape:'html':'UTF-8'}</span>
    {if $tr.next !== ''}<br><small>{$tr.next|escape:'html':'UTF-8'}</small>{/if}
  {elseif $key === 'reason'}
    <span class="product-sync-reason">{$tr.reason|escape:'html':'UTF-8'}</span>
  {else}
    {$smarty.block.parent}
  {/if}
{/block}
