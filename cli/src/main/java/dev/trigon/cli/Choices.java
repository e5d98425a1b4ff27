package dev.trigon.cli;

import java.util.Iterator;
import java.util.List;

/** Words that a shell may offer. What vipd takes is vipd's to say. */
final class Choices {
    private Choices() {}

    /** As Picocli wants them: a class for each. */
    abstract static class Words implements Iterable<String> {
        private final List<String> words;

        Words(String... words) {
            this.words = List.of(words);
        }

        @Override
        public Iterator<String> iterator() {
            return words.iterator();
        }
    }

    static final class Protocols extends Words {
        Protocols() {
            super("tcp", "udp");
        }
    }

    static final class Forwards extends Words {
        Forwards() {
            super("l2dsr", "l3dsr");
        }
    }

    static final class Schedulers extends Words {
        Schedulers() {
            super("maglev", "wrr");
        }
    }

    static final class WhenDown extends Words {
        WhenDown() {
            super("reset", "move");
        }
    }

    static final class FlowStates extends Words {
        FlowStates() {
            super("syn", "established", "closing", "closed", "udp");
        }
    }

    static final class FlowOrders extends Words {
        FlowOrders() {
            super("idle", "packets", "bytes", "client");
        }
    }

    static final class FlowShares extends Words {
        FlowShares() {
            super("backend", "service", "state");
        }
    }
}
