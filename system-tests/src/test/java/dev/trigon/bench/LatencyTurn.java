package dev.trigon.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.trigon.linux.netlink.Link;
import org.HdrHistogram.Histogram;

/**
 * Finds the most that one contestant forwards without loss, and then how long a frame takes through it at shares of that.
 * A line of JSON for each share.
 *
 * <p>Arguments: {@code interface=} to send by, {@code arrives=} the one to count at, {@code mac=} of the gateway, {@code to=} and {@code port=} of the load, {@code
 * probe=} the address that probes go to, {@code flows=}, {@code first=} and {@code warm=} seconds at full load first, {@code step=} seconds of each
 * rate that is tried, {@code shares=10,50,90} in percent, {@code seconds=} of each.
 */
final class LatencyTurn {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int STEPS = 8;
    private static final double NS_PER_US = 1e3;
    private static final long DRAIN_MS = 20;
    /** Of the frames of one step, so many may be lost: a machine that does other things too loses one now and then. */
    private static final double LOSS_FREE = 1e-4;

    private final Options options;
    private final Load load;

    private LatencyTurn(Options options, Load load) {
        this.options = options;
        this.load = load;
    }

    public static void main(String[] arguments) throws Exception {
        Options options = Options.of(arguments);
        Link link = options.link("interface");
        long mac = options.mac("mac");
        int port = options.number("port");
        try (Load load = new Load(options.number("flows"), link, mac, options.address("to"), port);
                Probes probes = new Probes(link, options.link("arrives"), mac, options.address("probe"), port)) {
            LatencyTurn turn = new LatencyTurn(options, load);
            load.send(Load.UNLIMITED, options.ns("first") + options.ns("warm"), () -> {});
            double lossFree = turn.lossFreeRate();
            for (String share : options.list("shares")) {
                turn.measure(probes, lossFree, Integer.parseInt(share));
            }
        }
    }

    /** Halves the range between nothing and what got through of the most that can be sent. */
    private double lossFreeRate() throws InterruptedException {
        DeviceCounters flood = during(Load.UNLIMITED);
        double good = 0;
        double bad = flood.sent() / flood.seconds();
        if (isLossFree(flood)) {
            return bad;
        }
        for (int step = 0; step < STEPS; step++) {
            double rate = (good + bad) / 2;
            if (isLossFree(during(rate))) {
                good = rate;
            } else {
                bad = rate;
            }
        }
        return good;
    }

    private DeviceCounters during(double rate) throws InterruptedException {
        DeviceCounters before = counters();
        load.send(rate, options.ns("step"), () -> {});
        long endNs = System.nanoTime();
        // what is on its way is no loss
        Thread.sleep(DRAIN_MS);
        DeviceCounters after = counters().since(before);
        return new DeviceCounters(after.taken(), after.refused(), after.arrived(), endNs - before.atNs());
    }

    private static boolean isLossFree(DeviceCounters frames) {
        return frames.sent() > 0 && frames.sent() - frames.arrived() <= frames.sent() * LOSS_FREE;
    }

    private DeviceCounters counters() {
        return DeviceCounters.of(options.text("interface"), options.text("arrives"));
    }

    private void measure(Probes probes, double lossFree, int percent) throws InterruptedException {
        double rate = lossFree * percent / 100;
        load.send(rate, options.ns("step"), probes);
        probes.begin();
        DeviceCounters before = counters();
        load.send(rate, options.ns("seconds"), probes);
        DeviceCounters frames = counters().since(before);
        Thread.sleep(DRAIN_MS);
        Histogram ns = probes.roundTrips();
        System.out.println(JSON.createObjectNode()
                .put("flows", options.number("flows"))
                .put("lossFreePerSecond", Math.round(lossFree))
                .put("percent", percent)
                .put("sentPerSecond", Math.round(frames.sent() / frames.seconds()))
                .put("lost", Math.max(0, frames.sent() - frames.arrived()))
                .put("probes", ns.getTotalCount())
                .put("probesLost", probes.lost())
                .put("p50Us", ns.getValueAtPercentile(50) / NS_PER_US)
                .put("p99Us", ns.getValueAtPercentile(99) / NS_PER_US)
                .put("p999Us", ns.getValueAtPercentile(99.9) / NS_PER_US)
                .put("maxUs", ns.getMaxValue() / NS_PER_US));
    }
}
