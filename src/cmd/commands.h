/* commands - the functions that psync_commands (main.c) names, one file each. */
#ifndef PSYNC_CMD_COMMANDS_H
#define PSYNC_CMD_COMMANDS_H

#include "cmd/command.h"

enum psync_exit psync_cmd_simple(struct psync_invocation *inv);
enum psync_exit psync_cmd_async(struct psync_invocation *inv);
enum psync_exit psync_cmd_produce(struct psync_invocation *inv);
enum psync_exit psync_cmd_work(struct psync_invocation *inv);
enum psync_exit psync_cmd_serve(struct psync_invocation *inv);
enum psync_exit psync_cmd_status(struct psync_invocation *inv);
enum psync_exit psync_cmd_show(struct psync_invocation *inv);
enum psync_exit psync_cmd_resend(struct psync_invocation *inv);
enum psync_exit psync_cmd_dead_list(struct psync_invocation *inv);
enum psync_exit psync_cmd_dead_show(struct psync_invocation *inv);
enum psync_exit psync_cmd_dead_retry(struct psync_invocation *inv);
enum psync_exit psync_cmd_dead_discard(struct psync_invocation *inv);
enum psync_exit psync_cmd_destination_list(struct psync_invocation *inv);
enum psync_exit psync_cmd_destination_pause(struct psync_invocation *inv);
enum psync_exit psync_cmd_destination_resume(struct psync_invocation *inv);
enum psync_exit psync_cmd_test(struct psync_invocation *inv);
enum psync_exit psync_cmd_config_show(struct psync_invocation *inv);
enum psync_exit psync_cmd_config_check(struct psync_invocation *inv);
enum psync_exit psync_cmd_config_reference(struct psync_invocation *inv);
enum psync_exit psync_cmd_queue_backup(struct psync_invocation *inv);
enum psync_exit psync_cmd_queue_check(struct psync_invocation *inv);
enum psync_exit psync_cmd_user_add(struct psync_invocation *inv);
enum psync_exit psync_cmd_user_password(struct psync_invocation *inv);
enum psync_exit psync_cmd_user_remove(struct psync_invocation *inv);
enum psync_exit psync_cmd_user_list(struct psync_invocation *inv);
enum psync_exit psync_cmd_token_add(struct psync_invocation *inv);
enum psync_exit psync_cmd_token_remove(struct psync_invocation *inv);
enum psync_exit psync_cmd_token_list(struct psync_invocation *inv);
enum psync_exit psync_cmd_mock(struct psync_invocation *inv);
enum psync_exit psync_cmd_demo(struct psync_invocation *inv);

#endif
