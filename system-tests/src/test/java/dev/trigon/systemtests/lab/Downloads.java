package dev.trigon.systemtests.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/** Several downloads at once. Those that are not over when this is closed are ended: nobody waits for them. */
public final class Downloads implements AutoCloseable {
    /** Below those that the kernel chooses from, and no other test's. */
    private static final AtomicInteger NEXT_PORT = new AtomicInteger(24_000);

    /** A packet that is lost in a gap of some seconds is sent again after 1, 2 and 4. */
    private static final Duration GROWN = Duration.ofSeconds(15);

    private final List<Download> all;

    private Downloads(List<Download> all) {
        this.all = all;
    }

    /**
     * Returns once all have begun.
     *
     * @param service which port of the VIPs
     * @param ofEach how many of either family
     * @param rate of each, as curl has it
     */
    public static Downloads start(Lab lab, int service, int ofEach, String rate) {
        List<Download> all = new ArrayList<>();
        for (Family family : Family.values()) {
            for (int n = 0; n < ofEach; n++) {
                all.add(begin(lab, family, service, rate));
            }
        }
        Downloads downloads = new Downloads(all);
        try {
            all.forEach(Download::awaitBegin);
        } catch (Throwable e) {
            downloads.close();
            throw e;
        }
        return downloads;
    }

    private static Download begin(Lab lab, Family family, int service, String rate) {
        return Download.start(lab.client().host(), family, service, rate, NEXT_PORT.getAndIncrement());
    }

    /** Another one in the place of each that is whole: says how many those were, once the others have begun. */
    public int renew(Lab lab, int service, String rate) {
        int whole = 0;
        for (int i = 0; i < all.size(); i++) {
            Download old = all.get(i);
            if (old.isWhole()) {
                all.set(i, begin(lab, old.family(), service, rate).awaitBegin());
                whole++;
            }
        }
        return whole;
    }

    public List<Download> all() {
        return all;
    }

    /** Those that this server sends. */
    public List<Download> from(String server) {
        return all.stream().filter(it -> it.server().equals(server)).toList();
    }

    public List<Download> notFrom(String server) {
        return all.stream().filter(it -> !it.server().equals(server)).toList();
    }

    public Set<String> servers() {
        return all.stream().map(Download::server).collect(Collectors.toSet());
    }

    /** Each goes on, whatever has happened. */
    public void shouldGrow() {
        shouldGrow(all);
    }

    public void shouldGrow(Duration limit) {
        shouldGrow(all, limit);
    }

    public static void shouldGrow(List<Download> these) {
        shouldGrow(these, GROWN);
    }

    private static void shouldGrow(List<Download> these, Duration limit) {
        assertThat(these).isNotEmpty();
        Map<Download, Long> waiting = new LinkedHashMap<>();
        these.forEach(it -> waiting.put(it, it.octets()));
        Eventually.within(
                limit,
                () -> {
                    waiting.entrySet().removeIf(it -> it.getKey().hasGrownSince(it.getValue()));
                    return waiting.isEmpty();
                },
                () -> "nothing more comes of " + waiting);
    }

    public void shouldBecomeWhole() {
        assertThat(all).allSatisfy(Download::shouldBecomeWhole);
    }

    /** @param limit for all of them, from now on */
    public static void shouldBeReset(List<Download> these, Duration limit) {
        long startNs = System.nanoTime();
        assertThat(these)
                .isNotEmpty()
                .allSatisfy(it -> it.shouldBeReset(limit.minusNanos(System.nanoTime() - startNs)));
    }

    @Override
    public void close() {
        all.forEach(Download::end);
    }
}
