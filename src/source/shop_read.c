/* shop_read - see the header. */
#include "source/shop_read.h"

enum { SQL_MAX = 8192 };

struct reading {
    struct psync_shop_facts facts;
    enum psync_result result; /* of what the visits did */
};

static bool on_value(void *arg, const struct psync_shop_cell *cells)
{
    struct reading *r = arg;
    r->result = psync_shop_facts_add(&r->facts, cells[0].data ? cells[0].data : "", (uint32_t)psync_shop_cell_number(&cells[1]),
                                     (uint32_t)psync_shop_cell_number(&cells[2]), cells[3].data);
    return r->result == PSYNC_OK;
}

static bool on_store(void *arg, const struct psync_shop_cell *cells)
{
    struct reading *r = arg;
    char none[] = "";
    const struct psync_shop_store store = {
        .id = (uint32_t)psync_shop_cell_number(&cells[0]),
        .id_group = (uint32_t)psync_shop_cell_number(&cells[1]),
        .deleted = psync_shop_cell_number(&cells[2]) != 0,
        .module_on = psync_shop_cell_number(&cells[3]) != 0,
        .place = cells[4].data ? (char *)(uintptr_t)cells[4].data : none, /* copied */
    };
    r->result = psync_shop_facts_add_store(&r->facts, &store);
    return r->result == PSYNC_OK;
}

static enum psync_result make_values_query(struct psync_buf *sql, const char *prefix)
{
    enum psync_result r = psync_buf_printf(sql, "SELECT name, id_shop, id_shop_group, value FROM %sconfiguration WHERE name IN (",
                                           prefix);
    for (int i = 0; r == PSYNC_OK && i < PSYNC_SHOP_NAMES; i++)
        r = psync_buf_printf(sql, "%s'%s'", i ? "," : "", psync_shop_names[i]);
    return r == PSYNC_OK ? psync_buf_add_str(sql, ") ORDER BY id_configuration") : r;
}

/* That a module is on in a shop is what a row of module_shop says, in core too. */
static enum psync_result make_stores_query(struct psync_buf *sql, const char *p)
{
    return psync_buf_printf(
        sql,
        "SELECT s.id_shop, s.id_shop_group, s.deleted, EXISTS (SELECT 1 FROM %smodule m JOIN %smodule_shop x ON"
        " x.id_module = m.id_module AND x.id_shop = s.id_shop WHERE m.name = 'product_sync'), (SELECT CONCAT(u.domain_ssl,"
        " u.physical_uri, u.virtual_uri) FROM %sshop_url u WHERE u.id_shop = s.id_shop AND u.main = 1 ORDER BY u.id_shop_url"
        " LIMIT 1) FROM %sshop s ORDER BY s.id_shop", p, p, p, p);
}

static enum psync_result ask(struct psync_shop_db *db, struct reading *reading, psync_shop_visit *visit, enum psync_result made,
                             struct psync_buf *sql, struct psync_error *err)
{
    enum psync_result r = made;
    reading->result = PSYNC_OK;
    if (r == PSYNC_OK)
        r = psync_shop_db_query(db, (struct psync_span){sql->data, sql->len}, visit, reading, err);
    psync_buf_clear(sql);
    if (r == PSYNC_OK && reading->result == PSYNC_REJECT)
        return psync_fail(err, PSYNC_REJECT, "the database has more than %d shops", PSYNC_SHOP_STORES_MAX);
    return r == PSYNC_OK ? reading->result : r;
}

enum psync_result psync_shop_read_facts(struct psync_shop_db *db, const char *prefix, struct psync_shop_facts *ret_facts,
                                        struct psync_error *err)
{
    struct reading reading;
    struct psync_buf sql;
    psync_shop_facts_init(&reading.facts);
    psync_buf_init(&sql, SQL_MAX);
    enum psync_result r = ask(db, &reading, on_value, make_values_query(&sql, prefix), &sql, err);
    if (r == PSYNC_OK)
        r = ask(db, &reading, on_store, make_stores_query(&sql, prefix), &sql, err);
    psync_buf_done(&sql);
    if (r == PSYNC_NOMEM)
        (void)psync_fail(err, r, "out of memory");
    if (r == PSYNC_OK)
        *ret_facts = reading.facts;
    else
        psync_shop_facts_done(&reading.facts);
    return r;
}

enum psync_result psync_shop_read_layers(const struct psync_shop_conf *conf, struct psync_shop_layers *ret_layers,
                                         struct psync_error *err)
{
    struct psync_shop_place place = {.host = ""};
    struct psync_shop_facts facts;
    struct psync_shop_db *db = NULL;
    psync_shop_facts_init(&facts);
    enum psync_result r = psync_shop_place_find(conf, &place, err);
    if (r == PSYNC_OK)
        r = psync_shop_db_open(&place, &db, err);
    if (r == PSYNC_OK)
        r = psync_shop_read_facts(db, place.prefix, &facts, err);
    if (r == PSYNC_OK)
        r = psync_shop_layers_make(conf->name, &facts, place.key, ret_layers);
    psync_shop_db_close(db);
    psync_shop_facts_done(&facts);
    psync_shop_place_wipe(&place);
    if (r != PSYNC_OK)
        psync_error_prefix(err, "shop %s", conf->name);
    return r;
}
