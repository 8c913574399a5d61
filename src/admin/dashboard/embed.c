/* embed - a build tool: the dashboard's files become a C table (admin/dashboard.h).
 *
 * usage: embed OUT.c FILE... */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 64 };

struct embedded {
    const char *name, *type;
    uint64_t hash;
    unsigned long size;
};

static const struct {
    const char *ending, *type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".svg", "image/svg+xml"},
};

static const char *type_of(const char *name)
{
    const char *ending = strrchr(name, '.');
    for (size_t i = 0; ending && i < sizeof(types) / sizeof(types[0]); i++)
        if (strcmp(ending, types[i].ending) == 0)
            return types[i].type;
    return NULL;
}

/* FNV-1a tells one version of a file from the next; nothing depends on more. */
static int embed(FILE *out, const char *path, unsigned number, struct embedded *ret_file)
{
    FILE *in = fopen(path, "rb");
    const char *slash = strrchr(path, '/');
    struct embedded file = {slash ? slash + 1 : path, type_of(path), 14695981039346656037U, 0};
    if (!in || !file.type)
        return -1;
    fprintf(out, "static const char file_%u[] = {", number);
    for (int c; (c = getc(in)) != EOF; file.size++) {
        fprintf(out, "%s%d,", file.size % 20 ? "" : "\n", c > 127 ? c - 256 : c);
        file.hash = (file.hash ^ (uint64_t)c) * 1099511628211U;
    }
    fprintf(out, "0};\n");
    int failed = ferror(in);
    (void)fclose(in);
    *ret_file = file;
    return failed ? -1 : 0;
}

int main(int argc, char **argv)
{
    struct embedded files[FILES_MAX];
    unsigned n = argc > 2 ? (unsigned)argc - 2 : 0;
    FILE *out = n > 0 && n <= FILES_MAX ? fopen(argv[1], "w") : NULL;
    if (!out) {
        fprintf(stderr, "usage: embed OUT.c FILE...\n");
        return EXIT_FAILURE;
    }
    fprintf(out, "/* made by embed */\n#include \"admin/dashboard.h\"\n");
    for (unsigned i = 0; i < n; i++)
        if (embed(out, argv[i + 2], i, &files[i]) != 0) {
            fprintf(stderr, "embed: %s: cannot be read, or its kind is not known\n", argv[i + 2]);
            return EXIT_FAILURE;
        }
    fprintf(out, "const struct psync_dashboard_file psync_dashboard_files[] = {\n");
    for (unsigned i = 0; i < n; i++) {
        int index = strcmp(files[i].name, "index.html") == 0;
        fprintf(out, "    {\"/%s%s\", \"%s\", \"\\\"%016llx\\\"\", file_%u, %lu},\n", index ? "" : "ui/",
                index ? "" : files[i].name, files[i].type, (unsigned long long)files[i].hash, i, files[i].size);
    }
    fprintf(out, "};\nconst size_t psync_dashboard_files_count = %u;\n", n);
    return ferror(out) || fclose(out) != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
