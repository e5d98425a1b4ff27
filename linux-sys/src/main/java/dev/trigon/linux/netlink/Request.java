package dev.trigon.linux.netlink;

import java.util.function.Consumer;

/**
 * A question or an order to the kernel.
 *
 * @param call what it is, with its arguments, as an error message names it
 * @param flags NLM_F_* beside NLM_F_REQUEST, NLM_F_ACK and NLM_F_DUMP
 * @param body writes what follows the netlink header; may be called again
 */
record Request(String call, int type, int flags, Consumer<MessageBuilder> body) {}
