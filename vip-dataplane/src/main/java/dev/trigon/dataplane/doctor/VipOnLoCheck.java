package dev.trigon.dataplane.doctor;

import dev.trigon.dataplane.config.Addresses;
import dev.trigon.dataplane.doctor.canary.Answer;
import dev.trigon.dataplane.doctor.canary.Answer.Kind;
import java.util.List;
import java.util.Optional;

/** Whether each server takes what is addressed to its VIPs, as one does that has the VIP on its loopback. */
final class VipOnLoCheck implements Check {
    private static final String CONSEQUENCE =
            "it does not take packets for the VIP: clients that are given to it wait in vain";

    private static final String NEITHER = "neither for the VIP nor for its own address does it answer anything";

    @Override
    public String name() {
        return "vip-on-lo";
    }

    @Override
    public List<Finding> look(Patient patient) {
        return Round.of(this, patient, VipOnLoCheck::isWell, VipOnLoCheck::wellWords);
    }

    private static String wellWords(List<Post> well) {
        return "take what is for their VIPs: "
                + Words.list(well.stream().map(Post::vipText).distinct().toList());
    }

    private static boolean isWell(Round round, Post post) {
        Survey survey = round.survey();
        if (survey.takesVip(post)) {
            return true;
        }
        Answer ping = survey.answer(post.ping());
        if (ping.kind() == Kind.NOT_SENT) {
            return round.unknown(
                    "nothing can be sent there: " + ping.said(),
                    post.label(),
                    "vipctl doctor, checks routes and neighbours");
        }
        Optional<Answer> heard =
                survey.toVip(post).filter(it -> it.from() != null).findFirst();
        if (heard.isPresent()) {
            return round.wrong(
                    post.label(),
                    evidence(survey, post, heard.get()),
                    CONSEQUENCE,
                    remedy(post, heard.get().kind()));
        }
        if (survey.answersItself(post)) {
            return round.wrong(
                    post.label(),
                    "no answer to " + asked(post) + " for the VIP, but " + post.addressText() + " itself answers",
                    CONSEQUENCE,
                    remedy(post, Kind.SILENT));
        }
        return round.unknown(
                NEITHER,
                post.label(),
                "see that it is up, and that a firewall there lets the gateway's pings in: ping -c 1 "
                        + post.addressText());
    }

    private static String asked(Post post) {
        return "an echo request"
                + (post.ports().isEmpty()
                        ? ""
                        : " or a connection to port "
                                + Words.list(post.ports().stream()
                                        .map(String::valueOf)
                                        .toList()));
    }

    private static String evidence(Survey survey, Post post, Answer heard) {
        String who = survey.who(heard);
        return switch (heard.kind()) {
            case PASSED_ON ->
                "what is for the VIP is sent on, as by a router: " + who + " says by ICMP: " + heard.said();
            case UNREACHABLE -> who + " says by ICMP of what is for the VIP: " + heard.said();
            default -> strange(survey, post, heard);
        };
    }

    private static String strange(Survey survey, Post post, Answer heard) {
        return switch (survey.way(post, heard)) {
            case FROM_ANOTHER_SERVER -> survey.who(heard) + " answers in its place: what is for the VIP is sent on";
            case BY_ROUTER ->
                "what answers is not on the segment: MAC " + heard.mac() + ", a TTL of " + heard.hopLimit();
            case STRAIGHT ->
                "it answers as " + address(heard) + ": nothing there turns DSCP code " + post.dscp() + " into the VIP";
        };
    }

    private static String address(Answer heard) {
        return heard.from() == null ? "nobody" : Addresses.format(heard.from());
    }

    private static Remedy remedy(Post post, Kind heard) {
        boolean perhapsFirewall = heard == Kind.SILENT || heard == Kind.UNREACHABLE;
        return Remedy.byHand(post.agent()
                + (perhapsFirewall
                        ? "; where vip-agent status there finds all well, a firewall keeps them out: nft list ruleset"
                        : ""));
    }
}
