/* A path's folder, and folders made with their parents. */
#include "base/path.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void a_path_lies_in_a_folder(void **state)
{
    static const struct {
        const char *path, *folder;
    } rows[] = {
        {"/var/lib/queue.db", "/var/lib"}, {"/queue.db", "/"}, {"queue.db", "."}, {"state/queue.db", "state"}, {"", "."},
    };
    char folder[PSYNC_PATH_BYTES];
    static char long_path[PSYNC_PATH_BYTES + 8];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(psync_path_folder(rows[i].path, folder, NULL), PSYNC_OK);
        assert_string_equal(folder, rows[i].folder);
    }
    memset(long_path, 'x', PSYNC_PATH_BYTES);
    strcpy(long_path + PSYNC_PATH_BYTES, "/f");
    assert_int_equal(psync_path_folder(long_path, folder, NULL), PSYNC_REJECT);
}

static void a_folder_is_made_with_its_parents(void **state)
{
    char root[] = "/tmp/psync-path-XXXXXX", path[128];
    struct psync_error err = {0};
    struct stat st;
    (void)state;
    assert_non_null(mkdtemp(root));
    (void)snprintf(path, sizeof path, "%s/a//b/c/", root);
    assert_int_equal(psync_path_make(path, &err), PSYNC_OK);
    assert_int_equal(psync_path_make(path, &err), PSYNC_OK); /* there already */
    (void)snprintf(path, sizeof path, "%s/a/b/c", root);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    (void)snprintf(path, sizeof path, "%s/file", root);
    assert_int_equal(close(open(path, O_CREAT | O_WRONLY, 0600)), 0);
    assert_int_equal(psync_path_make(path, &err), PSYNC_REJECT);
    assert_non_null(strstr(err.text, path));
    (void)snprintf(path, sizeof path, "%s/file/under", root);
    assert_int_equal(psync_path_make(path, &err), PSYNC_REJECT);
    assert_non_null(strstr(err.text, path));
    (void)snprintf(path, sizeof path, "rm -r %s", root);
    assert_int_equal(system(path), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_lies_in_a_folder),
        cmocka_unit_test(a_folder_is_made_with_its_parents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
