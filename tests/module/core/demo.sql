INSERT INTO ps_lang VALUES (1, 'en'), (2, 'fr');
INSERT INTO ps_shop_group VALUES (1, 0);
INSERT INTO ps_shop VALUES (1, 1, 1, 0);
INSERT INTO ps_shop_url VALUES (1, 1, 'shop.example', 'shop.example', '/', '', 1, 1);
INSERT INTO ps_configuration (name, value) VALUES ('PS_LANG_DEFAULT', '1'), ('PS_CURRENCY_DEFAULT', '1'), ('PS_COUNTRY_DEFAULT', '8'),
    ('PS_TAX', '1'), ('PS_SPECIFIC_PRICE_FEATURE_ACTIVE', '1'), ('PS_SHOP_DEFAULT', '1');
INSERT INTO ps_product VALUES (19, 1, 1, '2020-01-01', '2020-01-01');
INSERT INTO ps_product_shop VALUES (19, 1, 10, 1);
INSERT INTO ps_product_lang VALUES (19, 1, 1, 'Old mug', ''), (19, 1, 2, 'Vieille tasse', '');
INSERT INTO ps_stock_available VALUES (19, 0, 1, 0, 100);
