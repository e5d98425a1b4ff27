package dev.trigon.dataplane.doctor;

import dev.trigon.dataplane.config.Addresses;
import dev.trigon.dataplane.doctor.canary.Answer;
import dev.trigon.dataplane.doctor.canary.Answer.Kind;
import dev.trigon.dataplane.doctor.canary.Canary;
import dev.trigon.linux.MacAddress;
import dev.trigon.linux.netlink.Link;
import dev.trigon.linux.netlink.Neighbour;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What servers answer as the VIPs that they are behind, asked by packets that are delivered as clients' are: first for an echo, then for
 * connections. Who does not answer well is asked the same at his own address.
 */
final class Survey {
    /** What hosts begin with: the TTL of whatever has passed no router. */
    private static final Set<Integer> WHOLE = Set.of(64, 128, 255);

    private static final Answer NOT_ASKED = Answer.notSent("nobody asked");

    /** By which way an answer has come, as far as a gateway sees. */
    enum Way {
        STRAIGHT,
        BY_ROUTER,
        FROM_ANOTHER_SERVER
    }

    private final Posts posts;
    private final Map<MacAddress, String> serversByMac;
    private final List<Neighbour> neighbours;
    private final Map<Canary, Answer> answers = new HashMap<>();

    private Survey(Posts posts, Patient patient) {
        this.posts = posts;
        this.serversByMac = patient.serversByMac();
        this.neighbours = patient.host().neighbours();
    }

    static Survey of(Patient patient) {
        Survey survey = new Survey(Posts.of(patient), patient);
        List<Link> at = listeningAt(patient);
        survey.ask(patient, at, it -> Stream.of(it.ping()));
        survey.ask(patient, at, survey::connections);
        survey.ask(patient, at, survey::atOwnAddress);
        return survey;
    }

    private static List<Link> listeningAt(Patient patient) {
        Set<String> servers = patient.serverInterfaces();
        Set<Link> at = new HashSet<>(patient.armLinks());
        patient.host().links().stream()
                .filter(it -> servers.contains(it.name()))
                .forEach(at::add);
        return at.stream().filter(it -> it.mac() != null && it.up()).toList();
    }

    private void ask(Patient patient, List<Link> at, Function<Post, Stream<Canary>> questions) {
        List<Canary> canaries =
                posts.asked().stream().flatMap(questions).distinct().toList();
        if (!canaries.isEmpty()) {
            answers.putAll(patient.host().answers(canaries, at, patient.gateway()::backend));
        }
    }

    private Stream<Canary> connections(Post post) {
        boolean none = answer(post.ping()).kind() == Kind.NOT_SENT;
        return none ? Stream.empty() : post.ports().stream().map(it -> connection(post, it));
    }

    private Stream<Canary> atOwnAddress(Post post) {
        Stream<Canary> connections = post.ports().stream()
                .filter(it -> answer(connection(post, it)).kind() != Kind.TAKEN)
                .map(post::connectionToOwn);
        return takesVip(post) ? connections : Stream.concat(Stream.of(post.pingOwn()), connections);
    }

    Posts posts() {
        return posts;
    }

    /** Not sent, if there was no reason to. */
    Answer answer(Canary canary) {
        return answers.getOrDefault(canary, NOT_ASKED);
    }

    /** The one that is tried at this port of the VIP. */
    Canary connection(Post post, int port) {
        return isPassedOn(post) ? post.connectionBehind(port) : post.connection(port);
    }

    private boolean isPassedOn(Post post) {
        return answer(post.ping()).kind() == Kind.PASSED_ON;
    }

    /** Whether the server has taken anything that was for the VIP, if only to refuse it. */
    boolean takesVip(Post post) {
        Answer ping = answer(post.ping());
        return (isTaken(post, ping) && way(post, ping) != Way.FROM_ANOTHER_SERVER)
                || toPorts(post).anyMatch(it -> isTaken(post, it) && isItsOwn(post, it));
    }

    private static boolean isTaken(Post post, Answer answer) {
        boolean asVip = answer.isFrom(post.vip()) && (answer.isReply() || answer.kind() == Kind.UNREACHABLE);
        // in l3dsr the server's own address answers as well where nothing restores the VIP
        return asVip || (answer.isReply() && !post.isLayer3());
    }

    /** A SYN that was sent on may have come to this gateway again, and by way of it to whoever answers. */
    private boolean isItsOwn(Post post, Answer answer) {
        if (isPassedOn(post) && post.server().isDirect()) {
            MacAddress mac = answer.mac();
            return mac != null && mac.equals(macOf(post.server()));
        }
        return way(post, answer) == Way.STRAIGHT;
    }

    /** What became of all that was for the VIP. */
    Stream<Answer> toVip(Post post) {
        return Stream.concat(Stream.of(answer(post.ping())), toPorts(post));
    }

    private Stream<Answer> toPorts(Post post) {
        return post.ports().stream().map(it -> answer(connection(post, it)));
    }

    /** Whether anything that was for the server's own address is answered. */
    boolean answersItself(Post post) {
        return Stream.concat(Stream.of(post.pingOwn()), post.ports().stream().map(post::connectionToOwn))
                .map(this::answer)
                .anyMatch(Answer::isReply);
    }

    /** Of a server behind a router nothing is seen but that router. */
    Way way(Post post, Answer answer) {
        MacAddress mac = answer.mac();
        if (mac == null || !post.server().isDirect() || mac.equals(macOf(post.server()))) {
            return Way.STRAIGHT;
        }
        if (serversByMac.containsKey(mac)) {
            return Way.FROM_ANOTHER_SERVER;
        }
        return WHOLE.contains(answer.hopLimit()) ? Way.STRAIGHT : Way.BY_ROUTER;
    }

    private @Nullable MacAddress macOf(Server server) {
        return neighbours.stream()
                .filter(it -> it.ifIndex() == server.ifIndex() && it.address().equals(server.address()))
                .map(Neighbour::mac)
                .filter(it -> it != null)
                .findFirst()
                .orElse(null);
    }

    /** Who answered, in words: a server, or an address with its MAC. */
    String who(Answer answer) {
        MacAddress mac = answer.mac();
        InetAddress from = answer.from();
        String server = mac == null ? null : serversByMac.get(mac);
        String address = from == null ? "nobody" : Addresses.format(from);
        return server == null ? address + ", MAC " + mac + "," : server;
    }
}
