package dev.trigon.dataplane.doctor;

import dev.trigon.dataplane.config.Addresses;
import dev.trigon.linux.netlink.Link;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/**
 * Whether the largest packets that come in reach the servers whole: an echo request of that size, which must not be cut up, to
 * the server's own address. Where a route or a link says that it carries less, vipd tells senders; what nobody has written down
 * it cannot know.
 */
final class MtuCheck implements Check {
    /** Of many servers, as many, spread over all: each takes a program of its own. */
    static final int MOST_ASKED = 24;

    private static final int SMALL = 84;
    private static final String SILENT = "no echo request is answered, of whatever size";

    private record Asked(Server server, int octets, Echo large, Echo small) {}

    @Override
    public String name() {
        return "mtu";
    }

    @Override
    public List<Finding> look(Patient patient) {
        List<Server> reached =
                patient.servers().stream().filter(it -> it.way().isPresent()).toList();
        List<Server> sample = Sample.of(reached, MOST_ASKED);
        List<Asked> asked = sample.isEmpty() ? List.of() : ask(patient, sample);
        Findings found = new Findings(name());
        asked.stream().filter(MtuCheck::isWrong).forEach(it -> add(found, patient, it));
        asked.stream()
                .filter(it -> !isWrong(it) && !isWell(it))
                .collect(Collectors.groupingBy(MtuCheck::whyUnknown))
                .forEach((why, those) -> addUnknown(found, why, those));
        long well = asked.stream().filter(MtuCheck::isWell).count();
        if (well > 0) {
            String those = sample.size() == reached.size() ? "" : ", of " + Words.count(reached.size(), "server");
            found.well(
                    Words.count(well, "server") + those,
                    asked.stream().mapToInt(Asked::octets).max().orElse(0) + " octets arrive whole");
        }
        return found.all();
    }

    private static List<Asked> ask(Patient patient, List<Server> servers) {
        List<Link> links = patient.host().links();
        int largest = patient.armLinks().stream().mapToInt(Link::mtu).max().orElse(0);
        ExecutorService pool = Executors.newFixedThreadPool(servers.size(), Examination::thread);
        try {
            List<Future<Asked>> asked = new ArrayList<>();
            for (Server server : servers) {
                int octets = Math.min(largest, carried(server, links));
                asked.add(pool.submit(() -> ask(patient.host(), server, octets)));
            }
            List<Asked> answers = new ArrayList<>();
            for (Future<Asked> one : asked) {
                answers.add(one.get());
            }
            return answers;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("there was no time", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } finally {
            pool.shutdownNow();
        }
    }

    /** What vipd sends there at most, and beyond which it tells the sender. */
    private static int carried(Server server, List<Link> links) {
        int byLink = links.stream()
                .filter(it -> it.index() == server.ifIndex())
                .mapToInt(Link::mtu)
                .findFirst()
                .orElse(Integer.MAX_VALUE);
        int byRoute = server.way().map(it -> it.mtu()).orElse(0);
        return byRoute == 0 ? byLink : Math.min(byLink, byRoute);
    }

    private static Asked ask(Host host, Server server, int octets) {
        Echo large = host.echo(server.address(), octets);
        // one that answers nothing at all tells nothing
        Echo small = large.outcome() == Echo.Outcome.SILENT ? host.echo(server.address(), SMALL) : large;
        return new Asked(server, octets, large, small);
    }

    private static boolean isWell(Asked asked) {
        return asked.large.outcome() == Echo.Outcome.ANSWERED;
    }

    private static boolean isLost(Asked asked) {
        return asked.large.outcome() == Echo.Outcome.SILENT && asked.small.outcome() == Echo.Outcome.ANSWERED;
    }

    private static boolean isWrong(Asked asked) {
        return asked.large.outcome() == Echo.Outcome.TOO_LARGE || isLost(asked);
    }

    private static void add(Findings found, Patient patient, Asked asked) {
        found.wrong(
                asked.server.label(),
                isLost(asked)
                        ? "an echo request of " + asked.octets + " octets has no answer, one of " + SMALL + " has one"
                        : asked.octets + " octets do not pass: " + asked.large.said(),
                "large packets of clients do not arrive there: uploads hang, while small requests work",
                Remedy.byHand(remedy(patient, asked.server)));
    }

    private static String whyUnknown(Asked asked) {
        return asked.small.outcome() == Echo.Outcome.NOT_ASKED ? asked.small.said() : SILENT;
    }

    private static void addUnknown(Findings found, String why, List<Asked> those) {
        found.unknown(
                Words.list(those.stream().map(it -> it.server.label()).toList()),
                why,
                Remedy.byHand(
                        why.equals(SILENT)
                                ? "let them answer echo requests of the gateway, or try by hand: tracepath -n "
                                        + Addresses.format(those.get(0).server.address())
                                : "install ping of iputils: apt-get install iputils-ping"));
    }

    private static String remedy(Patient patient, Server server) {
        String address = Addresses.format(server.address());
        String via = server.isDirect() ? "" : " via " + Addresses.format(server.nextHop());
        String family = server.address() instanceof Inet4Address ? "" : "-6 ";
        return "give every link on the way that MTU, or write down what they carry, and vipd tells clients: ip "
                + family + "route replace " + address + via + " dev " + patient.interfaceName(server.ifIndex())
                + " mtu OCTETS";
    }
}
