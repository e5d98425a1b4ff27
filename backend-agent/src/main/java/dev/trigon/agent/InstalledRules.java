package dev.trigon.agent;

/**
 * The rules as they were given to nft, and as nft listed them right after.
 *
 * @param text {@link RestoreTable#text}
 */
record InstalledRules(String text, String listing) {}
