{**
 * HelperList's form with the token that the page's actions ask for.
 *
 * @author    the productsync authors
 * @copyright 2026 the productsync authors
 * @license   https://opensource.org/licenses/MIT MIT License
 *}
{extends file="helpers/list/list_header.tpl"}

{block name="override_form_extra"}
  <input type="hidden" name="{$action_token_field|escape:'html':'UTF-8'}" value="{$action_token|escape:'html':'UTF-8'}">
{/block}
