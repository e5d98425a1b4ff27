package dev.trigon.agent;

/** One change of the kernel, and its way back. */
record Step(Item item, String from, String to) {
    Step reversed() {
        return new Step(item, to, from);
    }
}
