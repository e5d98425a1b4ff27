package dev.trigon.linux.xdp;

/**
 * What the kernel says of a socket's frames that came to nothing (XDP_STATISTICS), since it was opened.
 *
 * @param dropped that arrived: longer than a chunk, or for other reasons than the next two
 * @param ringFull that arrived when nobody had taken those before them
 * @param noChunk how often there was no chunk to receive into
 * @param invalidSent that were to be sent, and had an address or a length that cannot be
 */
public record XdpStatistics(long dropped, long ringFull, long noChunk, long invalidSent) {}
