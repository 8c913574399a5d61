{**
 * HelperForm's rows for the settings: label, help and error belong to their field for a screen reader too.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 *}
{extends file="helpers/form/form.tpl"}

{block name="input_row"}
  {if $input.type !== 'product_sync'}
    {$smarty.block.parent}
  {else}
    {$id = "product-sync-`$input.name`"}
    {$value = $fields_value[$input.name]}
    {$described = ''}
    {if $input.problem !== ''}{$described = "`$id`-problem"}{/if}
    {if $input.help !== ''}{$described = "`$described` `$id`-help"}{/if}
    {$is_group = $input.widget === 'choice' || $input.widget === 'inline'}
    <div class="form-group{if $input.problem !== ''} has-error{/if}">
      <label class="control-label col-lg-4" id="{$id|escape:'html':'UTF-8'}-label"{if !$is_group} for="{$id|escape:'html':'UTF-8'}"{/if}>{$input.label|escape:'html':'UTF-8'}</label>
      <div class="col-lg-8">
        {if $is_group}
          <div role="radiogroup" aria-labelledby="{$id|escape:'html':'UTF-8'}-label"{if $described} aria-describedby="{$described|escape:'html':'UTF-8'}"{/if}{if $input.problem !== ''} aria-invalid="true"{/if}>
            {foreach $input.choices as $choice => $text}
              <{if $input.widget === 'inline'}span class="product-sync-inline"{else}div class="radio"{/if}>
                <label><input type="radio" name="{$input.name|escape:'html':'UTF-8'}" value="{$choice|escape:'html':'UTF-8'}"{if (string) $value === (string) $choice} checked{/if}{if $input.disabled} disabled{/if}> {$text|escape:'html':'UTF-8'}</label>
              </{if $input.widget === 'inline'}span{else}div{/if}>
            {/foreach}
          </div>
        {else}
          {if $input.unit !== ''}<div class="input-group fixed-width-xxl">{/if}
          <input id="{$id|escape:'html':'UTF-8'}" name="{$input.name|escape:'html':'UTF-8'}" class="form-control{if $input.widget === 'number' && $input.unit === ''} fixed-width-xxl{/if}"
            {if $input.widget === 'secret'}type="password" value="" autocomplete="new-password" placeholder="{$input.mask|escape:'html':'UTF-8'}"
            {elseif $input.widget === 'url'}type="text" inputmode="url" value="{$value|escape:'html':'UTF-8'}" autocomplete="off" placeholder="https://" maxlength="2048"
            {elseif $input.widget === 'number'}type="text" inputmode="numeric" value="{$value|escape:'html':'UTF-8'}" autocomplete="off" maxlength="10"
            {else}type="text" value="{$value|escape:'html':'UTF-8'}" autocomplete="off"{/if}
            {if $described}aria-describedby="{$described|escape:'html':'UTF-8'}"{/if}
            {if $input.problem !== ''}aria-invalid="true"{/if}
            {if $input.disabled}disabled{/if}>
          {if $input.unit !== ''}<span class="input-group-addon">{$input.unit|escape:'html':'UTF-8'}</span></div>{/if}
        {/if}
        {if $input.problem !== ''}
          <p class="help-block product-sync-problem" id="{$id|escape:'html':'UTF-8'}-problem"><i class="icon-exclamation-circle" aria-hidden="true"></i> {$input.problem|escape:'html':'UTF-8'}</p>
        {/if}
        {if $input.take_over !== '' && !$input.disabled}
          <div class="checkbox"><label><input type="checkbox" name="{$input.take_over|escape:'html':'UTF-8'}" value="1"> {$input.take_over_label|escape:'html':'UTF-8'}</label></div>
        {/if}
        {if $input.help !== ''}<p class="help-block" id="{$id|escape:'html':'UTF-8'}-help">{$input.help|escape:'html':'UTF-8'}</p>{/if}
      </div>
    </div>
  {/if}
{/block}
