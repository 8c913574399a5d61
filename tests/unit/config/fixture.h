/* fixture - a folder of its own for a test, an environment without surprises, and a short way to load a text. */
#ifndef PSYNC_TEST_CONFIG_FIXTURE_H
#define PSYNC_TEST_CONFIG_FIXTURE_H

#include "config/load.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The working folder is the test's own while it runs, so a file's name in a message is the name alone. */
static inline int enter_folder(void **state)
{
    static char folder[] = "/tmp/psync-config-XXXXXX";

    (void)state;
    strcpy(folder + sizeof folder - 7, "XXXXXX");
    unsetenv("PRODUCTSYNC_CONFIG");
    unsetenv("MY_API_URL");
    unsetenv("MY_API_TOKEN");
    unsetenv("XDG_RUNTIME_DIR");
    setenv("STATE_DIRECTORY", "/var/lib/test", 1);
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static inline int leave_folder(void **state)
{
    static const char *const files[] = {"c.conf", "token", "state/overrides.conf", "productsync.conf"};
    char folder[256];

    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        unlink(files[i]);
    rmdir("state");
    return getcwd(folder, sizeof folder) && chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1;
}

static inline void write_file(const char *path, const char *text, mode_t mode)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(path, mode), 0);
}

/* Loads c.conf with that text (NULL: no file is read) and one --set (NULL: none). */
static inline enum psync_result load_text(const char *text, const char *set, struct psync_config **ret_config,
                                          struct psync_buf *warnings, struct psync_error *err)
{
    const char *sets[] = {set};
    struct psync_config_source source = {.file = "c.conf", .sets = sets, .n_sets = set != NULL, .no_files = !text};

    if (text)
        write_file("c.conf", text, 0600);
    return psync_config_load(&source, ret_config, warnings, err);
}

static inline struct psync_config *load_ok(const char *text, const char *set)
{
    struct psync_config *c = NULL;
    struct psync_error err = {0};
    enum psync_result r = load_text(text, set, &c, NULL, &err);

    if (r != PSYNC_OK)
        print_error("%s\n", err.text);
    assert_int_equal(r, PSYNC_OK);
    return c;
}

/* The value and the origin's text of one row of `config show`; "" if there is no such row. */
struct wanted_row {
    const char *name;
    char value[8192], origin[256];
};

static inline bool find_row(void *arg, const struct psync_config_row *row)
{
    struct wanted_row *w = arg;

    if (strcmp(row->name, w->name) != 0)
        return true;
    snprintf(w->value, sizeof w->value, "%s", row->value);
    snprintf(w->origin, sizeof w->origin, "%s", row->origin_text);
    return false;
}

static inline struct wanted_row row_of(const struct psync_config *c, const char *name)
{
    struct wanted_row w = {.name = name};

    psync_config_show(c, find_row, &w);
    return w;
}

#endif
