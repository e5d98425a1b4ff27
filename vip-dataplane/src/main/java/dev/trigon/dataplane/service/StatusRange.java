package dev.trigon.dataplane.service;

/** An inclusive range of HTTP status codes; a single one is a range of one. */
public record StatusRange(int first, int last) {
    public static final int MIN = 100;
    public static final int MAX = 599;

    public boolean contains(int status) {
        return first <= status && status <= last;
    }

    @Override
    public String toString() {
        return first == last ? Integer.toString(first) : first + "-" + last;
    }
}
