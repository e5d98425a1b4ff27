package dev.trigon.linux;

/** What the nft program refused or could not do. */
public final class NftException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NftException(String what, String why) {
        super(what + ": " + why);
    }

    NftException(String what, String why, Throwable cause) {
        super(what + ": " + why, cause);
    }
}
