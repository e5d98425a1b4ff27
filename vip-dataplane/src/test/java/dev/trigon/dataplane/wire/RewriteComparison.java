package dev.trigon.dataplane.wire;

import dev.trigon.dataplane.fuzz.Expect;

/** A frame before and after it was rewritten: what may differ, and whether its sums are as right or as wrong as they were. */
public final class RewriteComparison {
    private RewriteComparison() {}

    /**
     * Fails if there is more difference than there is to be.
     *
     * @param expected the frame as it shall be, but for its transport's sum
     * @param moves whether addresses change, and with them the sum
     * @return "partial", "right" or "wrong": what the transport's sum was before; or "none"
     */
    public static String compare(ReferenceFrame before, byte[] expected, byte[] after, boolean moves) {
        ReferenceFrame now = new ReferenceFrame(after);
        boolean summed = before.hasTransportHeader() && before.isSummedWithAddresses();
        boolean partial = summed && before.isPartial();
        boolean sumMoves = partial || (summed && moves);
        Expect.same(
                sumMoves ? ReferenceFrame.withSum(expected, before.sumAt(), after) : expected,
                after,
                "a rewritten frame but for its sums");
        Expect.same(before.ipError(), now.ipError(), "how wrong IP's header sum is");
        if (!before.hasTransportHeader() || !(summed || before.protocol == ReferenceFrame.ICMP)) {
            return "none";
        }
        int wrong = partial ? 0 : before.transportError();
        Expect.same(wrong, now.transportError(), "how wrong the transport's sum is");
        Expect.that(
                !sumMoves || before.protocol != ReferenceFrame.UDP || now.word(now.sumAt()) != 0,
                "a UDP sum became none");
        return partial ? "partial" : wrong == 0 ? "right" : "wrong";
    }
}
