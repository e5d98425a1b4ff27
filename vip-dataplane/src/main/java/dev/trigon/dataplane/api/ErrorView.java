package dev.trigon.dataplane.api;

/** Every answer that is no success. */
public record ErrorView(Detail error) {
    /** Reads as {@code what: why; remedy}. */
    public record Detail(String what, String why, String remedy) {
        public String line() {
            return what + ": " + why + "; " + remedy;
        }
    }
}
