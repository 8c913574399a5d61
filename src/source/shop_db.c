/* shop_db - see the header. */
#include "source/shop_db.h"

#include <errmsg.h>
#include <mysql.h>
#include <mysqld_error.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { CONNECT_SECONDS = 5, READ_SECONDS = 30, LOCK_SECONDS = 10 };

struct psync_shop_db {
    MYSQL mysql;
    pthread_mutex_t closing; /* against an interrupt while the descriptor goes */
    bool open;
};

/* ---- errors ---- */

/* What the server says that passes by itself, and what ends the connection; the rest is for a person. */
static enum psync_result result_of(unsigned number)
{
    static const struct {
        unsigned number;
        enum psync_result result;
    } known[] = {
        {ER_LOCK_DEADLOCK, PSYNC_RETRY},       {ER_LOCK_WAIT_TIMEOUT, PSYNC_RETRY}, {ER_DISK_FULL, PSYNC_RETRY},
        {ER_RECORD_FILE_FULL, PSYNC_RETRY},    {ER_OUT_OF_RESOURCES, PSYNC_RETRY},  {ER_OUTOFMEMORY, PSYNC_RETRY},
        {ER_QUERY_INTERRUPTED, PSYNC_RETRY},   {ER_OPTION_PREVENTS_STATEMENT, PSYNC_RETRY},
        {ER_CON_COUNT_ERROR, PSYNC_GONE},      {ER_TOO_MANY_USER_CONNECTIONS, PSYNC_GONE},
        {ER_SERVER_SHUTDOWN, PSYNC_GONE},      {ER_NORMAL_SHUTDOWN, PSYNC_GONE},    {ER_CONNECTION_KILLED, PSYNC_GONE},
        {CR_OUT_OF_MEMORY, PSYNC_NOMEM},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (known[i].number == number)
            return known[i].result;
    return number >= CR_MIN_ERROR && number <= CR_MAX_ERROR ? PSYNC_GONE : PSYNC_REJECT;
}

static const char *remedy_of(unsigned number)
{
    switch (number) {
    case ER_ACCESS_DENIED_ERROR:
        return "; look at shop.user and shop.password_file";
    case ER_DBACCESS_DENIED_ERROR:
    case ER_TABLEACCESS_DENIED_ERROR:
    case ER_COLUMNACCESS_DENIED_ERROR:
        return "; docs/relay.md lists the privileges";
    case ER_BAD_DB_ERROR:
        return "; look at shop.database";
    case ER_NO_SUCH_TABLE:
    case ER_BAD_FIELD_ERROR:
        return "; is the module product_sync installed, and shop.prefix right?";
    default:
        return "";
    }
}

static enum psync_result fail(struct psync_shop_db *db, struct psync_error *err)
{
    unsigned number = mysql_errno(&db->mysql);
    return psync_fail(err, result_of(number), "database: %s (%u)%s", mysql_error(&db->mysql), number, remedy_of(number));
}

/* ---- connection ---- */

void psync_shop_db_library_init(void)
{
    (void)mysql_library_init(0, NULL, NULL);
}

void psync_shop_db_thread_end(void)
{
    mysql_thread_end();
}

static void set_options(MYSQL *m, const struct psync_shop_place *place)
{
    const unsigned connect = CONNECT_SECONDS, read = READ_SECONDS;
    const my_bool yes = 1, no = 0;
    const unsigned int no_files = 0;
    (void)mysql_options(m, MYSQL_OPT_CONNECT_TIMEOUT, &connect);
    (void)mysql_options(m, MYSQL_OPT_READ_TIMEOUT, &read);
    (void)mysql_options(m, MYSQL_OPT_WRITE_TIMEOUT, &read);
    (void)mysql_options(m, MYSQL_OPT_RECONNECT, &no);
    (void)mysql_options(m, MYSQL_OPT_LOCAL_INFILE, &no_files); /* a server could ask for any file of ours */
    (void)mysql_options(m, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    if (place->ca_file[0] != '\0') {
        (void)mysql_options(m, MYSQL_OPT_SSL_CA, place->ca_file);
        (void)mysql_options(m, MYSQL_OPT_SSL_ENFORCE, &yes);
        (void)mysql_options(m, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &yes);
    }
}

/* The mode that PrestaShop sets cuts what is too long without a word; and REPEATABLE READ is what every server's log can bear,
 * whatever its format. */
static enum psync_result prepare(struct psync_shop_db *db, struct psync_error *err)
{
    char sql[256];
    int n = snprintf(sql, sizeof sql,
                     "SET SESSION sql_mode='STRICT_ALL_TABLES',innodb_lock_wait_timeout=%d,time_zone='+00:00',autocommit=1",
                     LOCK_SECONDS);
    return psync_shop_db_run(db, (struct psync_span){sql, (size_t)n}, NULL, err);
}

enum psync_result psync_shop_db_open(const struct psync_shop_place *place, struct psync_shop_db **ret_db,
                                     struct psync_error *err)
{
    struct psync_shop_db *db = calloc(1, sizeof *db);
    if (!db || !mysql_init(&db->mysql)) {
        free(db);
        return psync_fail(err, PSYNC_NOMEM, "out of memory");
    }
    pthread_mutex_init(&db->closing, NULL);
    db->open = true;
    set_options(&db->mysql, place);
    enum psync_result r = PSYNC_OK;
    if (!mysql_real_connect(&db->mysql, place->host, place->user, place->password, place->database, place->port,
                            place->socket[0] != '\0' ? place->socket : NULL, CLIENT_MULTI_STATEMENTS))
        r = fail(db, err);
    if (r == PSYNC_OK)
        r = prepare(db, err);
    if (r != PSYNC_OK) {
        psync_shop_db_close(db);
        return r;
    }
    *ret_db = db;
    return PSYNC_OK;
}

void psync_shop_db_close(struct psync_shop_db *db)
{
    if (!db)
        return;
    pthread_mutex_lock(&db->closing);
    db->open = false;
    mysql_close(&db->mysql);
    pthread_mutex_unlock(&db->closing);
    pthread_mutex_destroy(&db->closing);
    free(db);
}

void psync_shop_db_interrupt(struct psync_shop_db *db)
{
    pthread_mutex_lock(&db->closing);
    my_socket fd = db->open ? mysql_get_socket(&db->mysql) : MARIADB_INVALID_SOCKET;
    if (fd != MARIADB_INVALID_SOCKET)
        (void)shutdown(fd, SHUT_RDWR);
    pthread_mutex_unlock(&db->closing);
}

/* ---- statements ---- */

/* The results of all statements have to be fetched, or the next one finds them in its way. */
enum psync_result psync_shop_db_run(struct psync_shop_db *db, struct psync_span sql, uint64_t *ret_changed,
                                    struct psync_error *err)
{
    MYSQL *m = &db->mysql;
    uint64_t changed = 0;
    int more = 0;
    if (mysql_real_query(m, sql.data, (unsigned long)sql.len) != 0)
        return fail(db, err);
    do {
        MYSQL_RES *result = mysql_use_result(m);
        if (!result && mysql_errno(m))
            return fail(db, err);
        if (result)
            mysql_free_result(result);
        else
            changed += mysql_affected_rows(m);
        more = mysql_next_result(m);
    } while (more == 0);
    if (more > 0)
        return fail(db, err);
    if (ret_changed)
        *ret_changed = changed;
    return PSYNC_OK;
}

enum { CELLS_MAX = 16 };

static enum psync_result visit_rows(struct psync_shop_db *db, MYSQL_RES *result, psync_shop_visit *visit, void *arg,
                                    struct psync_error *err)
{
    struct psync_shop_cell cells[CELLS_MAX];
    unsigned n = mysql_num_fields(result);
    bool wanted = true;
    PSYNC_INVARIANT(n <= CELLS_MAX);
    for (MYSQL_ROW row; (row = mysql_fetch_row(result)) != NULL;) {
        const unsigned long *lengths = mysql_fetch_lengths(result);
        for (unsigned i = 0; i < n; i++)
            cells[i] = (struct psync_shop_cell){row[i], row[i] ? lengths[i] : 0};
        wanted = wanted && visit(arg, cells);
    }
    return mysql_errno(&db->mysql) ? fail(db, err) : PSYNC_OK;
}

enum psync_result psync_shop_db_query(struct psync_shop_db *db, struct psync_span sql, psync_shop_visit *visit, void *arg,
                                      struct psync_error *err)
{
    if (mysql_real_query(&db->mysql, sql.data, (unsigned long)sql.len) != 0)
        return fail(db, err);
    MYSQL_RES *result = mysql_use_result(&db->mysql);
    if (!result)
        return mysql_errno(&db->mysql) ? fail(db, err) : PSYNC_OK;
    enum psync_result r = visit_rows(db, result, visit, arg, err);
    mysql_free_result(result);
    return r;
}

uint64_t psync_shop_cell_number(const struct psync_shop_cell *cell)
{
    return cell->data ? strtoull(cell->data, NULL, 10) : 0;
}

enum psync_result psync_shop_db_quote(struct psync_shop_db *db, struct psync_buf *sql, struct psync_span text)
{
    size_t before = sql->len;
    enum psync_result r = psync_buf_reserve(sql, 2 * text.len + 3);
    if (r != PSYNC_OK)
        return r;
    r = psync_buf_add_char(sql, '\'');
    /* The room is there: the library writes at most twice the text and a NUL. */
    unsigned long n = mysql_real_escape_string(&db->mysql, sql->data + sql->len, text.data, (unsigned long)text.len);
    sql->len += n;
    if (r == PSYNC_OK)
        r = psync_buf_add_char(sql, '\'');
    if (r != PSYNC_OK)
        psync_buf_truncate(sql, before);
    return r;
}
