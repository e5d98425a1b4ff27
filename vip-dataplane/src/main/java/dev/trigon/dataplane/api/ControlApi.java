package dev.trigon.dataplane.api;

/** Where the control API is and what it agrees on, apart from its bodies. */
public final class ControlApi {
    public static final String DEFAULT_SOCKET = "/run/trigon/vipd.sock";

    /** Every path begins with this; another number would be another API. */
    public static final String ROOT = "/v1";

    /** Query parameter of {@code PUT /v1/configuration}: what to call the document in messages. */
    public static final String SOURCE_PARAMETER = "source";

    /** Query parameter of {@code GET /v1/flows}: at most how many; 0: all. */
    public static final String LIMIT_PARAMETER = "limit";

    /** Query parameter of {@code GET /v1/flows}: in which order; where it is left out, in none. */
    public static final String SORT_PARAMETER = "sort";

    /** Query parameter of {@code GET /v1/flows/count}: what to tell flows apart by. */
    public static final String BY_PARAMETER = "by";

    /** Query parameter of {@code DELETE} of a backend: {@code true} lets its flows go on no longer. */
    public static final String FORCE_PARAMETER = "force";

    /** Query parameter of {@code DELETE} of a backend: which one, where several have had its name. */
    public static final String ADDRESS_PARAMETER = "address";

    /** Query parameter of {@code GET /v1/counters}: {@code true} adds what each counter means. */
    public static final String MEANINGS_PARAMETER = "meanings";

    /** Query parameter of {@code GET /v1/events}: the id of the last event that is known already; left out: of none. */
    public static final String AFTER_PARAMETER = "after";

    /** Query parameter of {@code GET /v1/events}: seconds, up to 20, to wait for one where there is none yet. */
    public static final String WAIT_PARAMETER = "wait";

    public static final int DEFAULT_FLOW_LIMIT = 100;

    /** Answer header of {@code GET /v1/flows}: how many flows there are in all, of which the list may be a part. */
    public static final String ACTIVE_FLOWS_HEADER = "Trigon-Active-Flows";

    /** What a request may carry, in octets. */
    public static final int MAX_REQUEST_OCTETS = 1 << 20;

    private ControlApi() {}
}
