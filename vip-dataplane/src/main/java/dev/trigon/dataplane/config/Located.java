package dev.trigon.dataplane.config;

import java.util.List;
import java.util.Map;

/** A value of a document, with the line it stands on and the path that leads to it ({@code services[0].vip}). */
sealed interface Located {
    int line();

    String path();

    /** What it is, in the words of an error message. */
    String described();

    /** @param members in the order written */
    record Mapping(int line, String path, Map<String, Member> members) implements Located {
        @Override
        public String described() {
            return "a mapping";
        }
    }

    record Member(int keyLine, Located value) {}

    record Sequence(int line, String path, List<Located> items) implements Located {
        @Override
        public String described() {
            return "a list";
        }
    }

    /** @param text as it was written, quotes removed */
    record Scalar(int line, String path, Kind kind, String text) implements Located {
        @Override
        public String described() {
            return switch (kind) {
                case TEXT -> "the text '" + text + "'";
                case NUMBER -> "the number " + text;
                case BOOLEAN -> text;
                case NULL -> "nothing";
            };
        }
    }

    enum Kind {
        TEXT,
        NUMBER,
        BOOLEAN,
        NULL
    }
}
