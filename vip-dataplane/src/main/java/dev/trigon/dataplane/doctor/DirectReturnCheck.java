package dev.trigon.dataplane.doctor;

import dev.trigon.dataplane.config.Addresses;
import dev.trigon.dataplane.doctor.canary.Answer;
import dev.trigon.dataplane.doctor.canary.Answer.Kind;
import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether connections to the VIP are answered by the server itself, as the VIP, and not by way of others. It is the gateway that
 * connects: which way answers to clients take from there is not seen.
 */
final class DirectReturnCheck implements Check {
    private static final String UNKNOWN_ADDRESS =
            "clients get answers from an address that they have not asked, and drop them";
    private static final String REFUSED = "clients that are given to it are refused";
    private static final String SILENT = "clients that are given to it wait in vain";

    @Override
    public String name() {
        return "direct-return";
    }

    @Override
    public List<Finding> look(Patient patient) {
        return Round.of(this, patient, DirectReturnCheck::isWell, well -> "answer as their VIPs, straight");
    }

    private static boolean isWell(Round round, Post post) {
        Survey survey = round.survey();
        if (!survey.takesVip(post)) {
            return round.unknown(
                    "they have not been seen to take packets for the VIP: check vip-on-lo",
                    post.label(),
                    "first what vip-on-lo says");
        }
        if (post.ports().isEmpty()) {
            return survey.toVip(post)
                    .filter(Answer::isReply)
                    .findFirst()
                    .map(it -> isStraight(round, post, post.label(), it))
                    .orElse(false);
        }
        boolean well = true;
        for (int port : post.ports()) {
            well &= isWell(round, post, port);
        }
        return well;
    }

    private static boolean isWell(Round round, Post post, int port) {
        Survey survey = round.survey();
        Answer answer = survey.answer(survey.connection(post, port));
        boolean ownTakes = survey.answer(post.connectionToOwn(port)).kind() == Kind.TAKEN;
        String subject = post.label() + ", port " + port;
        return switch (answer.kind()) {
            case TAKEN -> isStraight(round, post, subject, answer);
            case REFUSED -> refused(round, post, port, subject, ownTakes);
            case UNREACHABLE, PASSED_ON ->
                round.wrong(
                        subject,
                        survey.who(answer) + " says by ICMP of a connection to the VIP: " + answer.said(),
                        REFUSED,
                        Remedy.byHand("let port " + port + " of the VIP in: nft list ruleset"));
            case SILENT -> silent(round, post, subject, ownTakes);
            case NOT_SENT ->
                round.unknown("nothing can be sent there: " + answer.said(), subject, "vipctl doctor, once more");
        };
    }

    private static boolean refused(Round round, Post post, int port, String subject, boolean ownTakes) {
        String where = "on " + post.server().label() + ": ss -ltn sport = :" + port;
        return ownTakes
                ? round.wrong(
                        subject,
                        "a connection to the VIP is refused, and one to " + post.addressText()
                                + " is taken: the program listens at that address alone",
                        REFUSED,
                        Remedy.byHand(where + "; and have it listen at every address, or at the VIP too"))
                : round.wrong(
                        subject,
                        "a connection to the VIP is refused, and one to " + post.addressText()
                                + " is not taken either: no program listens",
                        REFUSED,
                        Remedy.byHand(where + "; start the program, or take the port out of the service"));
    }

    private static boolean silent(Round round, Post post, String subject, boolean ownTakes) {
        String where = "on " + post.server().label() + ": nft list ruleset";
        return ownTakes
                ? round.wrong(
                        subject,
                        "a connection to the VIP has no answer, and one to " + post.addressText() + " is taken",
                        SILENT,
                        Remedy.byHand(where + "; a firewall that knows that address alone"))
                : round.unknown(
                        "the VIP is there, but connections have no answer, neither at the VIP nor at the server's address",
                        subject,
                        where + "; a firewall may keep the gateway out, or everybody");
    }

    private static boolean isStraight(Round round, Post post, String subject, Answer answer) {
        if (!answer.isFrom(post.vip())) {
            return round.wrong(
                    subject,
                    "what is for the VIP is answered as " + address(answer.from()),
                    UNKNOWN_ADDRESS,
                    Remedy.byHand("on " + post.server().label() + ": take away the rule that changes the source of"
                            + " answers (snat, masquerade): nft list ruleset"));
        }
        return switch (round.survey().way(post, answer)) {
            case STRAIGHT -> true;
            case FROM_ANOTHER_SERVER ->
                round.wrong(
                        subject,
                        round.survey().who(answer) + " answers in its place",
                        "it is not the server that was chosen which serves: weights and drains do not count",
                        Remedy.byHand("on " + post.server().label()
                                + ": see where it sends packets for the VIP: ip route get " + post.vipText()));
            case BY_ROUTER ->
                round.wrong(
                        subject,
                        "answers come by a router, from MAC " + answer.mac() + " with a TTL of " + answer.hopLimit()
                                + ", though the server is on the gateway's segment",
                        "a router sees one half of each connection: if it is a firewall it drops the answers, and if not it"
                                + " carries them all",
                        Remedy.byHand("on " + post.server().label() + ": ip route get " + Addresses.format(post.from())
                                + " is to name its own segment"));
        };
    }

    private static String address(@Nullable InetAddress from) {
        return from == null ? "nobody" : Addresses.format(from);
    }
}
