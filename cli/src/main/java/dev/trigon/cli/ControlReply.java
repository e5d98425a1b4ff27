package dev.trigon.cli;

/** vipd's answer, whatever it is, whole. */
record ControlReply(ControlHead head, String body) {
    int status() {
        return head.status();
    }

    boolean isSuccess() {
        return head.isSuccess();
    }
}
