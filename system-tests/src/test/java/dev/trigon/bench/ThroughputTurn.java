package dev.trigon.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.trigon.linux.netlink.Link;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Sends to one contestant, and counts what comes back. For each number of flows in turn: the load goes on for a while,
 * so that the contestant is warm and knows the flows, and then counting begins. A line of JSON for each.
 *
 * <p>Arguments: {@code interface=} to send by, {@code arrives=} the one to count at, {@code mac=} of the gateway, {@code to=} the
 * address, {@code port=}, {@code flows=1000,100000} (0: each frame a flow of its own), {@code rates=most,300000} frames a second
 * for each, {@code first=} more seconds before all, {@code warm=} and {@code seconds=} of each, {@code pids=} of the contestant's processes, {@code processor=} it has.
 */
final class ThroughputTurn {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** So much longer, at first, for each flow that there is. */
    private static final long LEARN_A_FLOW_NS = 3_000;

    private ThroughputTurn() {}

    public static void main(String[] arguments) throws Exception {
        Options options = Options.of(arguments);
        Link link = options.link("interface");
        long firstNs = options.ns("first");
        for (String flows : options.list("flows")) {
            try (Load load = new Load(
                    Integer.parseInt(flows), link, options.mac("mac"), options.address("to"), options.number("port"))) {
                long learnNs = firstNs + Integer.parseInt(flows) * LEARN_A_FLOW_NS;
                firstNs = 0;
                for (String rate : options.list("rates")) {
                    ObjectNode counted = count(load, rate, options.ns("warm") + learnNs, options);
                    System.out.println(
                            counted.put("flows", Integer.parseInt(flows)).put("rate", rate));
                    learnNs = 0;
                }
            }
        }
    }

    private static ObjectNode count(Load load, String rate, long warmNs, Options options) throws InterruptedException {
        double perSecond = rate.equals("most") ? Load.UNLIMITED : Double.parseDouble(rate);
        long countNs = options.ns("seconds");
        List<Sample> samples = new ArrayList<>();
        Thread sampler = new Thread(
                () -> {
                    samples.add(Sample.after(warmNs, options));
                    samples.add(Sample.after(countNs, options));
                },
                "sampler");
        sampler.start();
        // a little longer than is counted
        load.send(perSecond, warmNs + countNs + countNs / 10, () -> {});
        sampler.join();
        return samples.get(1).since(samples.get(0), options);
    }

    /** @param processor what the contestant has had of it */
    private record Sample(DeviceCounters device, ProcessorTime processor) {
        static Sample after(long ns, Options options) {
            try {
                Thread.sleep(ns / 1_000_000);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return new Sample(
                    DeviceCounters.of(options.text("interface"), options.text("arrives")),
                    ProcessorTime.now(options.list("pids"), options.number("processor")));
        }

        ObjectNode since(Sample before, Options options) {
            DeviceCounters frames = device.since(before.device);
            ProcessorTime time = processor.since(before.processor);
            return JSON.createObjectNode()
                    .put("seconds", frames.seconds())
                    .put("sentPerSecond", Math.round(frames.sent() / frames.seconds()))
                    .put("arrivedPerSecond", Math.round(frames.arrived() / frames.seconds()))
                    .put("arrived", frames.arrived())
                    .put("threadNs", time.busiestThreadNs())
                    .put("allThreadsNs", time.allThreadsNs())
                    .put("processorBusy", time.busyShare())
                    .put("residentKib", resident(options.list("pids")));
        }
    }

    private static long resident(List<String> pids) {
        long kib = 0;
        for (String pid : pids) {
            try {
                kib += Files.readAllLines(Path.of("/proc", pid, "status")).stream()
                        .filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                        .sum();
            } catch (IOException e) {
                // it has ended
            }
        }
        return kib;
    }
}
