<?php
/* bootstrap - for PHPUnit: the shop's classes, the module, and the processes that the tests need. */

require __DIR__ . '/World.php';
World::get();
require __DIR__ . '/shop.php';
require __DIR__ . '/ShopCase.php';
require __DIR__ . '/NewerSyntax.php';
require __DIR__ . '/Relay.php';
require __DIR__ . '/RelayCase.php';
