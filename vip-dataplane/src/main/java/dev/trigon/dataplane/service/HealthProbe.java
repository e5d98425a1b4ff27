package dev.trigon.dataplane.service;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a check asks, and which answer is a good one. */
public sealed interface HealthProbe {
    /** The word that operators type for it. */
    String type();

    /** Whether it is about a port. */
    default boolean hasPort() {
        return true;
    }

    /** The connection is accepted. */
    record Tcp() implements HealthProbe {
        @Override
        public String type() {
            return "tcp";
        }
    }

    /**
     * A page is there.
     *
     * @param host what the Host field says; null: the VIP
     * @param body text that the first of the page must contain; null: any
     * @param verify whether the server's certificate must be one that Java trusts, and made out to the host
     */
    record Http(
            boolean tls,
            String path,
            @Nullable String host,
            List<StatusRange> expect,
            @Nullable String body,
            boolean verify)
            implements HealthProbe {
        public static final String DEFAULT_PATH = "/";
        public static final List<StatusRange> DEFAULT_EXPECT = List.of(new StatusRange(200, 399));

        public Http {
            expect = List.copyOf(expect);
        }

        @Override
        public String type() {
            return tls ? "https" : "http";
        }
    }

    /**
     * A datagram is answered.
     *
     * @param send one octet at least: Java sends no empty datagram to where it is connected
     * @param receive what the answer must contain; null: none is waited for, and the host must answer a ping
     */
    record Udp(EscapedText send, @Nullable EscapedText receive) implements HealthProbe {
        public static final EscapedText DEFAULT_SEND = new EscapedText("\\x00");

        @Override
        public String type() {
            return "udp";
        }
    }

    /** @param query a name; null: the root is asked for, and what is said of it does not matter */
    record Dns(@Nullable String query, RecordType recordType) implements HealthProbe {
        /** With their numbers (IANA, "DNS Parameters"). */
        public enum RecordType {
            A(1),
            AAAA(28);

            private final int number;

            RecordType(int number) {
                this.number = number;
            }

            public int number() {
                return number;
            }
        }

        @Override
        public String type() {
            return "dns";
        }
    }

    /** A ping is answered. */
    record Icmp() implements HealthProbe {
        @Override
        public String type() {
            return "icmp";
        }

        @Override
        public boolean hasPort() {
            return false;
        }
    }

    /** @param command a program and its arguments, which is to exit with 0 */
    record Exec(List<String> command) implements HealthProbe {
        public Exec {
            command = List.copyOf(command);
        }

        @Override
        public String type() {
            return "exec";
        }

        @Override
        public boolean hasPort() {
            return false;
        }
    }
}
