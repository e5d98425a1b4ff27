package dev.trigon.dataplane.answer;

/**
 * What vipd says of its own accord to whoever sends to a VIP.
 *
 * @param echoToBackend an echo request goes to one of the VIP's backends instead of being answered here
 * @param perSecond echo replies, ICMP errors and TCP resets that one worker sends in a second, of each at most
 */
public record AnswerPolicy(boolean echoToBackend, int perSecond) {
    public static final AnswerPolicy DEFAULT = new AnswerPolicy(false, 1_000);
}
