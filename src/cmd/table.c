/* table - every command: its name, what it takes, its help, its flags. The functions have a file each. */
#include "cmd/commands.h"
#include "cmd/mock_flags.h"

#include <stdint.h>

#define FLAGS_END {NULL, NULL, NULL, false}

/* psync_command.traits */
#define PLAIN   0
#define SIGNALS PSYNC_COMMAND_SIGNALS
#define NO_JSON PSYNC_COMMAND_NO_JSON

static const struct psync_flag work_flags[] = {
    {"drain", NULL, "end when nothing more can be delivered", false},
    FLAGS_END,
};
static const struct psync_flag show_flags[] = {
    {"destination", "NAME", "only at this destination", false},
    FLAGS_END,
};
static const struct psync_flag resend_flags[] = {
    {"destination", "NAME", "only to this destination", false},
    {"force", NULL, "also when its newest message is not finished, or dead", false},
    FLAGS_END,
};
static const struct psync_flag dead_list_flags[] = {
    {"cause", "CAUSE", "list the dead letters of one cause, instead of the causes", false},
    {"each", NULL, "list every dead letter, instead of the causes", false},
    {"destination", "NAME", "only of this destination", false},
    {"limit", "N", "list at most so many (100)", false},
    FLAGS_END,
};
static const struct psync_flag dead_retry_flags[] = {
    {"cause", "CAUSE", "all of one cause", false},
    {"all", NULL, "all", false},
    {"destination", "NAME", "only of this destination", false},
    {"new-key", NULL, "as new messages under new keys; else the same key", false},
    {"force", NULL, "also where a newer message of the product was delivered meanwhile", false},
    FLAGS_END,
};
static const struct psync_flag dead_discard_flags[] = {
    {"cause", "CAUSE", "all of one cause", false},
    {"all", NULL, "all", false},
    {"destination", "NAME", "only of this destination", false},
    {"yes", NULL, "do not ask", false},
    FLAGS_END,
};
static const struct psync_flag user_add_flags[] = {
    {"scope", "SCOPE", "read: look only; admin: everything (the default)", false},
    FLAGS_END,
};
static const struct psync_flag token_add_flags[] = {
    {"scope", "SCOPE", "read, ingest or admin; or several, separated by commas", false},
    {"rate", "N", "requests a second at most, then 429 (no limit)", false},
    {"expires", "DURATION", "counts no more after that time, such as 90d (never)", false},
    FLAGS_END,
};
static const struct psync_flag demo_flags[] = {
    {"serve", NULL, "then leave `serve` running with live data, without asking", false},
    FLAGS_END,
};
static const struct psync_flag pause_flags[] = {
    {"reason", "TEXT", "why, for whoever looks later", false},
    FLAGS_END,
};
static const struct psync_flag resume_flags[] = {
    {"force", NULL, "although its shop holds it", false},
    FLAGS_END,
};
static const struct psync_flag test_flags[] = {
    {"send-sample", NULL, "send a sample product, after asking", false},
    {"yes", NULL, "do not ask", false},
    {"destination", "NAME", "test this one (else all)", false},
    FLAGS_END,
};

#define INPUT_HELP                                                                                                     \
    "Products come from the files, or from standard input when there are none (or for \"-\"): JSON (an object, an\n"   \
    "array, or one a line), CSV with the columns id, name, price and stock, a product export of PrestaShop's back\n"   \
    "office, or webservice answers. What is refused is said with file, line and reason; the rest goes on.\n"

static const char direct_help[] =
    INPUT_HELP
    "With --json one object a line: each product's outcome as it comes, what was refused, and a summary at the end.\n";

static const char produce_help[] =
    INPUT_HELP
    "With --json one object a line: what was refused, and a summary at the end.\n";

const struct psync_command psync_commands[] = {
    {"simple", "[FILE...]", 0, SIZE_MAX, "send each product now and wait for its answer; no retry", direct_help, NULL,
     psync_cmd_simple, NULL, "destination,http,payload,input,log", SIGNALS},
    {"async", "[FILE...]", 0, SIZE_MAX, "send products now, many at once; a few retries in memory", direct_help, NULL,
     psync_cmd_async, NULL, "destination,http,async,retry,work,payload,input,log", SIGNALS},
    {"produce", "[FILE...]", 0, SIZE_MAX, "put products into the queue", produce_help, NULL,
     psync_cmd_produce, NULL, "queue,payload,input,source,state", SIGNALS},
    {"work", NULL, 0, 0, "deliver from the queue until told to stop",
     "SIGTERM or Ctrl-C: take nothing new, finish what is in flight (for work.grace at most), release the rest. A\n"
     "second one stops at once and still loses nothing; a third one waits for nothing at all. SIGHUP reloads the\n"
     "settings, all or nothing, and reopens the log. With --drain: 0 when nothing is left, 1 when something waits,\n"
     "which is then said. With --json it ends with one object.\n",
     work_flags, psync_cmd_work, NULL, "destination,http,retry,breaker,batch,work,queue,log", SIGNALS},
    {"serve", NULL, 0, 0, "work, and the API, the dashboard and metrics over TCP",
     "Listens on serve.listen. On loopback everybody may look; changes need a login (productsync user add) or a token\n"
     "(productsync token add). Signals as `work`.\n",
     NULL, psync_cmd_serve, NULL, "serve,destination,http,retry,breaker,batch,work,queue,log", SIGNALS},
    {"status", NULL, 0, 0, "what is queued, in flight, delayed, dead; rate and time to drain", NULL, NULL,
     psync_cmd_status, NULL, NULL, PLAIN},
    {"show", "PRODUCT", 1, 1, "was it delivered? a product's messages and every attempt", NULL, show_flags,
     psync_cmd_show, NULL, NULL, PLAIN},
    {"resend", "PRODUCT", 1, 1, "announce a product anew, under a new key",
     "The newest message of the product is put again as a new message, also when it was delivered.\n", resend_flags,
     psync_cmd_resend, NULL, NULL, PLAIN},
    {"dead list", NULL, 0, 0, "dead letters, grouped by cause",
     "With --json one object with the causes; with --each or --cause a stream, one dead letter a line.\n", dead_list_flags,
     psync_cmd_dead_list, NULL, NULL, PLAIN},
    {"dead show", "ID", 1, 1, "a dead letter: payload, attempts, the API's answer", NULL, NULL,
     psync_cmd_dead_show, NULL, NULL, PLAIN},
    {"dead retry", "[ID...]", 0, SIZE_MAX, "deliver dead letters again", NULL, dead_retry_flags,
     psync_cmd_dead_retry, NULL, NULL, PLAIN},
    {"dead discard", "[ID...]", 0, SIZE_MAX, "give dead letters up", NULL, dead_discard_flags,
     psync_cmd_dead_discard, NULL, NULL, PLAIN},
    {"destination list", NULL, 0, 0, "destinations and how they are", NULL, NULL,
     psync_cmd_destination_list, NULL, NULL, PLAIN},
    {"destination pause", "NAME", 1, 1, "stop delivering to a destination", NULL, pause_flags,
     psync_cmd_destination_pause, NULL, NULL, PLAIN},
    {"destination resume", "NAME", 1, 1, "deliver again: ends a pause or a suspension",
     "What a shop holds, because its merchant paused it, the module is off or the shop may be a copy, is ended or answered\n"
     "on the module's page there. Here that is refused, and only a pause by hand ends; --force delivers nevertheless,\n"
     "until the shop says something else or `work` starts anew.\n", resume_flags,
     psync_cmd_destination_resume, NULL, NULL, PLAIN},
    {"test", NULL, 0, 0, "can the API be reached, over TLS, with these credentials?",
     "Goes through the code that delivers: URL, TLS, credentials, headers; without a product, by test.method (GET).\n"
     "With --json one object a line, for each destination.\n",
     test_flags, psync_cmd_test, NULL, "destination,http,test", PLAIN},
    {"config show", NULL, 0, 0, "effective settings and where each comes from; secrets masked", NULL, NULL,
     psync_cmd_config_show, NULL, NULL, PLAIN},
    {"config check", NULL, 0, 0, "is the configuration valid?", NULL, NULL, psync_cmd_config_check, NULL, NULL, PLAIN},
    {"config reference", NULL, 0, 0, "every setting, explained",
     "As Markdown; with --verbose as plain text, with --json as one object.\n", NULL, psync_cmd_config_reference, NULL, NULL, PLAIN},
    {"queue backup", "FILE", 1, 1, "a consistent copy of the queue, also while it works", NULL, NULL,
     psync_cmd_queue_backup, NULL, NULL, PLAIN},
    {"queue check", NULL, 0, 0, "is the queue file sound?", NULL, NULL, psync_cmd_queue_check, NULL, NULL, PLAIN},
    {"user list", NULL, 0, 0, "who may log in to the dashboard", NULL, NULL, psync_cmd_user_list, NULL, NULL, PLAIN},
    {"user add", "NAME", 1, 1, "let somebody log in to the dashboard",
     "Asks for the password on the terminal, or reads it from standard input, a line. A running serve knows it at once.\n",
     user_add_flags, psync_cmd_user_add, NULL, NULL, NO_JSON},
    {"user password", "NAME", 1, 1, "change a password; its user is logged out everywhere",
     "Asks for it as `user add`.\n", NULL, psync_cmd_user_password, NULL, NULL, NO_JSON},
    {"user remove", "NAME", 1, 1, "let somebody log in no more, and log him out", NULL, NULL, psync_cmd_user_remove, NULL,
     NULL, NO_JSON},
    {"token list", NULL, 0, 0, "API tokens: for programs that use the API over TCP", NULL, NULL, psync_cmd_token_list, NULL,
     NULL, PLAIN},
    {"token add", "NAME", 1, 1, "make an API token, and show it once",
     "The token goes to standard output alone, so that it can go straight into a file. Only its hash is kept. A running\n"
     "serve knows it at once.\n",
     token_add_flags, psync_cmd_token_add, NULL, NULL, PLAIN},
    {"token remove", "NAME", 1, 1, "let a token count no more", NULL, NULL, psync_cmd_token_remove, NULL, NULL, NO_JSON},
    {"mock", NULL, 0, 0, "a product API that can misbehave on request",
     "POST /products takes products; GET /ledger tells what came and what took effect; PUT /control changes how it\n"
     "misbehaves while it runs (docs/mock.md). With --json one object, with the url and port, once it listens.\n",
     NULL, psync_cmd_mock, psync_mock_flags, NULL, SIGNALS},
    {"demo", NULL, 0, 0, "the whole story in a minute, with nothing else running",
     "At its end it offers to leave `productsync serve` running on a free port, with a dashboard, an API that has its\n"
     "bad moments, and products that keep coming.\n",
     demo_flags, psync_cmd_demo, NULL, NULL, SIGNALS | NO_JSON},
    {NULL, NULL, 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, PLAIN},
};
