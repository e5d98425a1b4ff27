package dev.trigon.dataplane.doctor;

import dev.trigon.dataplane.config.Addresses;
import dev.trigon.dataplane.doctor.canary.Answer;
import dev.trigon.dataplane.doctor.canary.Answer.Kind;
import java.net.InetAddress;
import java.util.ArrayList;
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
        Survey survey = patient.survey();
        Findings found = new Findings(name());
        Unknown unknown = new Unknown();
        List<Post> well = new ArrayList<>();
        for (Post post : survey.posts().asked()) {
            if (survey.takesVip(post) ? isWell(survey, post, found, unknown) : isSkipped(post, unknown)) {
                well.add(post);
            }
        }
        unknown.tell(found);
        survey.posts().tellOfNobody(found);
        if (!well.isEmpty()) {
            found.well(survey.posts().names(well), "answer as their VIPs, straight");
        }
        return found.all();
    }

    private static boolean isSkipped(Post post, Unknown unknown) {
        unknown.add(
                "they have not been seen to take packets for the VIP: check vip-on-lo",
                post.label(),
                "first what vip-on-lo says");
        return false;
    }

    private static boolean isWell(Survey survey, Post post, Findings found, Unknown unknown) {
        if (post.ports().isEmpty()) {
            return survey.toVip(post)
                    .filter(Answer::isReply)
                    .findFirst()
                    .map(it -> isStraight(survey, post, post.label(), it, found))
                    .orElse(false);
        }
        boolean well = true;
        for (int port : post.ports()) {
            well &= isWell(survey, post, port, found, unknown);
        }
        return well;
    }

    private static boolean isWell(Survey survey, Post post, int port, Findings found, Unknown unknown) {
        Answer answer = survey.answer(survey.connection(post, port));
        boolean ownTakes = survey.answer(post.connectionToOwn(port)).kind() == Kind.TAKEN;
        String subject = post.label() + ", port " + port;
        switch (answer.kind()) {
            case TAKEN -> {
                return isStraight(survey, post, subject, answer, found);
            }
            case REFUSED -> {
                refused(post, port, subject, ownTakes, found);
            }
            case UNREACHABLE, PASSED_ON -> {
                found.wrong(
                        subject,
                        survey.who(answer) + " says by ICMP of a connection to the VIP: " + answer.said(),
                        REFUSED,
                        Remedy.byHand("let port " + port + " of the VIP in: nft list ruleset"));
            }
            case SILENT -> {
                silent(post, subject, ownTakes, found, unknown);
            }
            case NOT_SENT -> {
                unknown.add("nothing can be sent there: " + answer.said(), subject, "vipctl doctor, once more");
            }
        }
        return false;
    }

    private static void refused(Post post, int port, String subject, boolean ownTakes, Findings found) {
        String where = "on " + post.server().label() + ": ss -ltn sport = :" + port;
        if (ownTakes) {
            found.wrong(
                    subject,
                    "a connection to the VIP is refused, and one to " + post.addressText() + " is taken: the program"
                            + " listens at that address alone",
                    REFUSED,
                    Remedy.byHand(where + "; and have it listen at every address, or at the VIP too"));
        } else {
            found.wrong(
                    subject,
                    "a connection to the VIP is refused, and one to " + post.addressText() + " is not taken either:"
                            + " no program listens",
                    REFUSED,
                    Remedy.byHand(where + "; start the program, or take the port out of the service"));
        }
    }

    private static void silent(Post post, String subject, boolean ownTakes, Findings found, Unknown unknown) {
        String where = "on " + post.server().label() + ": nft list ruleset";
        if (ownTakes) {
            found.wrong(
                    subject,
                    "a connection to the VIP has no answer, and one to " + post.addressText() + " is taken",
                    SILENT,
                    Remedy.byHand(where + "; a firewall that knows that address alone"));
        } else {
            unknown.add(
                    "the VIP is there, but connections have no answer, neither at the VIP nor at the server's address",
                    subject,
                    where + "; a firewall may keep the gateway out, or everybody");
        }
    }

    private static boolean isStraight(Survey survey, Post post, String subject, Answer answer, Findings found) {
        if (!answer.isFrom(post.vip())) {
            found.wrong(
                    subject,
                    "what is for the VIP is answered as " + address(answer.from()),
                    UNKNOWN_ADDRESS,
                    Remedy.byHand("on " + post.server().label() + ": take away the rule that changes the source of"
                            + " answers (snat, masquerade): nft list ruleset"));
            return false;
        }
        switch (survey.way(post, answer)) {
            case STRAIGHT -> {
                return true;
            }
            case FROM_ANOTHER_SERVER ->
                found.wrong(
                        subject,
                        survey.who(answer) + " answers in its place",
                        "it is not the server that was chosen which serves: weights and drains do not count",
                        Remedy.byHand("on " + post.server().label()
                                + ": see where it sends packets for the VIP: ip route get " + post.vipText()));
            case BY_ROUTER ->
                found.wrong(
                        subject,
                        "answers come by a router, from MAC " + answer.mac() + " with a TTL of " + answer.hopLimit()
                                + ", though the server is on the gateway's segment",
                        "a router sees one half of each connection: if it is a firewall it drops the answers, and if not it"
                                + " carries them all",
                        Remedy.byHand("on " + post.server().label() + ": ip route get " + Addresses.format(post.from())
                                + " is to name its own segment"));
        }
        return false;
    }

    private static String address(@Nullable InetAddress from) {
        return from == null ? "nobody" : Addresses.format(from);
    }
}
