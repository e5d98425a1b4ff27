package dev.trigon.dataplane.config;

import dev.trigon.dataplane.service.Refusal;

/**
 * Where a document came from, to say so when something in it is wrong.
 *
 * @param name as the operator knows it: a file's name, or what the request is about
 * @param lines whether its author sees lines; in a request made by a program the field's name says more
 */
public record Source(String name, boolean lines) {
    public static Source file(String name) {
        return new Source(name, true);
    }

    public static Source request(String about) {
        return new Source(about, false);
    }

    /** A value of the wrong shape: nobody could have meant it. */
    Refusal malformed(Located at, String why, String remedy) {
        return new Refusal(Refusal.Kind.MALFORMED, place(at.line(), at.path()), why, remedy);
    }

    /** A value that is understood, and not to be had. */
    Refusal invalid(Located at, String why, String remedy) {
        return new Refusal(Refusal.Kind.INVALID, place(at.line(), at.path()), why, remedy);
    }

    Refusal unreadable(int line, String why, String remedy) {
        return new Refusal(Refusal.Kind.MALFORMED, lines && line > 0 ? name + " line " + line : name, why, remedy);
    }

    String place(int line, String path) {
        if (lines) {
            return name + " line " + line;
        }
        return path.isEmpty() ? name : name + ", field '" + path + "'";
    }
}
