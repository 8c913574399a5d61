{**
 * The work in the background: cron's address, when it last ran, and the catalogue.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 *}
<div class="panel">
  <div class="panel-heading"><i class="icon-time" aria-hidden="true"></i> {l s='Work in the background' d='Modules.Productsync.Admin'}</div>
  <p>{l s='Let your server open this address every minute or every five minutes. It sends what waits, looks for products that were missed, and tidies up.' d='Modules.Productsync.Admin'}</p>
  <div class="form-horizontal">
    {if $editable}
    <div class="form-group">
      <label class="control-label col-lg-4" for="product-sync-cron">{l s='Address for cron' d='Modules.Productsync.Admin'}</label>
      <div class="col-lg-8">
        <input id="product-sync-cron" class="form-control" type="text" readonly value="{$cron_url|escape:'html':'UTF-8'}" aria-describedby="product-sync-cron-help">
        <p class="help-block" id="product-sync-cron-help">{l s='Whoever knows it can start this work, and nothing else. Keep it to yourself, or make a new one.' d='Modules.Productsync.Admin'}</p>
        <form method="post" action="{$action|escape:'html':'UTF-8'}" data-confirm="{l s='The old address stops working at once. Make a new one?' d='Modules.Productsync.Admin'}">
          <input type="hidden" name="{$token_field|escape:'html':'UTF-8'}" value="{$token|escape:'html':'UTF-8'}">
          <button class="btn btn-default" name="renewCron" value="1"><i class="icon-refresh" aria-hidden="true"></i> {l s='Make a new address' d='Modules.Productsync.Admin'}</button>
        </form>
      </div>
    </div>
    {/if}
    <div class="form-group">
      <span class="control-label col-lg-4">{l s='Cron last ran' d='Modules.Productsync.Admin'}</span>
      <div class="col-lg-8"><p class="form-control-static">{$cron_ran|escape:'html':'UTF-8'}</p></div>
    </div>
    <div class="form-group">
      <span class="control-label col-lg-4">{l s='Visits last did some of it' d='Modules.Productsync.Admin'}</span>
      <div class="col-lg-8"><p class="form-control-static">{$slice_ran|escape:'html':'UTF-8'}</p></div>
    </div>
  </div>
</div>

<div class="panel" id="product-sync-catalogue" data-url="{$action|escape:'html':'UTF-8'}" data-token="{$token|escape:'html':'UTF-8'}"
  data-failed="{l s='The server did not answer. What was done is kept; go on whenever you like.' d='Modules.Productsync.Admin'}">
  <div class="panel-heading"><i class="icon-upload" aria-hidden="true"></i> {l s='Send the catalogue' d='Modules.Productsync.Admin'}</div>
  <p>{l s='Sends every product that the API does not have as it is now: older ones, and those that have changed since they were sent. What is unchanged is not sent again.' d='Modules.Productsync.Admin'}</p>
  {foreach $catalogues as $catalogue}
    <div class="product-sync-catalogue" data-shop="{$catalogue.id_shop|intval}" data-running="{if $catalogue.running}1{/if}">
      {if $name_shops}<h4 id="product-sync-catalogue-{$catalogue.id_shop|intval}">{$catalogue.shop|escape:'html':'UTF-8'}</h4>{/if}
      <div class="progress"{if !$catalogue.shown} hidden{/if}>
        <div class="progress-bar" role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-valuenow="{$catalogue.percent|intval}" aria-label="{l s='Send the catalogue' d='Modules.Productsync.Admin'}" style="width:{$catalogue.percent|intval}%">{$catalogue.percent|intval}%</div>
      </div>
      <p class="product-sync-progress" role="status">{$catalogue.text|escape:'html':'UTF-8'}</p>
      {if $editable}
        <form method="post" action="{$action|escape:'html':'UTF-8'}">
          <input type="hidden" name="{$token_field|escape:'html':'UTF-8'}" value="{$token|escape:'html':'UTF-8'}">
          <input type="hidden" name="catalogue_shop" value="{$catalogue.id_shop|intval}">
          <button class="btn btn-default" name="startCatalogue" value="1"{if $catalogue.running} hidden{/if}>{l s='Send the catalogue' d='Modules.Productsync.Admin'}</button>
          <button class="btn btn-default" name="stopCatalogue" value="1"{if !$catalogue.running} hidden{/if}>{l s='Stop' d='Modules.Productsync.Admin'}</button>
        </form>
      {/if}
    </div>
  {/foreach}
</div>
