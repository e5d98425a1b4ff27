package dev.trigon.dataplane.port.xdp;

/** An interface's program, which stays until the last of its queues' ports is closed. They are closed by threads of their own. */
final class SharedProgram {
    private final SteeringProgram program;
    private int users = 1;

    /** One user: whoever makes it. */
    SharedProgram(SteeringProgram program) {
        this.program = program;
    }

    /** One more user, by a socket that has the queue. */
    synchronized void join(int queue, int xskFd) {
        program.socket(queue, xskFd);
        users++;
    }

    synchronized void leave() {
        if (--users == 0) {
            program.close();
        }
    }
}
