/* fuzz_config - any bytes as a configuration file: refused with one line, or read into settings that can be shown and
 * merged. A first byte = makes the rest one --set. */
#include "config/load.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char path[] = "/tmp/psync-fuzz-config-XXXXXX";

static void remove_file(void)
{
    unlink(path);
}

/* Written anew for each input; in /tmp that costs less than it seems. */
static bool write_input(const uint8_t *data, size_t size)
{
    static int fd = -1;

    if (fd < 0) {
        fd = mkstemp(path);
        atexit(remove_file);
        setenv("STATE_DIRECTORY", "/nonexistent", 1);
    }
    return ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size;
}

static bool look_at(void *arg, const struct psync_config_row *row)
{
    *(size_t *)arg += strlen(row->name) + strlen(row->value) + strlen(row->origin_text) + strlen(row->help);
    return true;
}

static void use(const struct psync_config *c)
{
    struct psync_config *merged;
    size_t bytes = 0;

    psync_config_show(c, look_at, &bytes);
    if (psync_config_merge_reload(c, c, &merged, NULL, NULL) == PSYNC_OK)
        psync_config_free(merged);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char set[4096];
    const char *sets[] = {set};
    struct psync_config_source source = {0};
    struct psync_error err = {0};
    struct psync_config *c;
    enum psync_result r;

    if (size < 1)
        return 0;
    if (data[0] == '=') {
        size_t n = size - 1 < sizeof set - 1 ? size - 1 : sizeof set - 1;

        memcpy(set, data + 1, n);
        set[n] = '\0';
        source = (struct psync_config_source){.sets = sets, .n_sets = 1, .no_files = true};
    } else if (write_input(data, size)) {
        source.file = path;
    } else {
        return 0;
    }
    r = psync_config_load(&source, &c, NULL, &err);
    PSYNC_INVARIANT(r == PSYNC_OK || (r == PSYNC_REJECT && err.text[0] != '\0' && !strchr(err.text, '\n')));
    if (r != PSYNC_OK)
        return 0;
    use(c);
    psync_config_free(c);
    return 0;
}
