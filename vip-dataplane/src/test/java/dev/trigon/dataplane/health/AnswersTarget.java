package dev.trigon.dataplane.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.trigon.dataplane.fuzz.Expect;
import dev.trigon.dataplane.fuzz.FuzzTarget;
import dev.trigon.dataplane.service.HealthProbe;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What servers answer health checks: an HTTP answer is judged alike in one piece and octet by octet, once, within what is read of it at
 * most; a DNS answer never throws; each reason is a short printable line.
 *
 * <p>An input is an octet of what is asked, and the answer.
 */
public final class AnswersTarget implements FuzzTarget {
    private static final int KINDS = 3;
    private static final int DNS = 2;
    private static final short ID = 0x4142;
    private static final int LONGEST_REASON = 600;

    private final Set<String> met = new TreeSet<>();

    @Override
    public void accept(byte[] octets) {
        if (octets.length == 0) {
            return;
        }
        byte[] answer = Arrays.copyOfRange(octets, 1, octets.length);
        if ((octets[0] & 0xff) % KINDS == DNS) {
            dns(answer);
        } else {
            boolean search = (octets[0] & 0xff) % KINDS == 1;
            String whole = judge(search, answer, answer.length);
            Expect.same(whole, judge(search, answer, 1), "what is made of it octet by octet");
            Expect.that(whole.length() < LONGEST_REASON && whole.chars().noneMatch(Character::isISOControl), whole);
            met.add(whole.replaceAll("[0-9].*|'.*", ""));
        }
    }

    /** @param piece how many octets come at a time */
    private static String judge(boolean search, byte[] answer, int piece) {
        HealthProbe.Http probe =
                new HealthProbe.Http(false, "/", null, HealthProbe.Http.DEFAULT_EXPECT, search ? "ok" : null, false);
        HttpDialogue dialogue = new HttpDialogue(probe, question(probe));
        try {
            for (int at = 0; at < answer.length; at += piece) {
                Outcome outcome = dialogue.received(ByteBuffer.wrap(answer, at, Math.min(piece, answer.length - at)));
                if (outcome != null) {
                    return outcome.kind() + " " + outcome.reason();
                }
            }
            return dialogue.ended().kind() + " ended: " + dialogue.ended().reason();
        } catch (IOException e) {
            return "DOWN " + Reasons.of(e).reason();
        }
    }

    private void dns(byte[] answer) {
        HealthProbe.Dns probe = new HealthProbe.Dns("example.org", HealthProbe.Dns.RecordType.A);
        Outcome outcome = new DnsAsked(probe, question(probe), ID).answered(ByteBuffer.wrap(answer));
        boolean isAnswer = answer.length >= 12 && answer[0] == 0x41 && answer[1] == 0x42 && answer[2] < 0;
        Expect.same(isAnswer, outcome != null, "whether it is an answer to the query");
        met.add(outcome == null ? "no DNS" : "DNS " + outcome.kind());
    }

    private static Question question(HealthProbe probe) {
        return new Question(Asker.BACKEND, 80, Asker.spec(probe, 1_000), new DirectPath());
    }

    @Override
    public List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (String answer : List.of(
                "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfook",
                "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nfook",
                "HTTP/1.0 204\n\n",
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 Busy\r\nRetry-After: 1\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n1;a=b\r\no\r\n01\r\nk\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                "HTTP/1.1 200 OK\r\n folded\r\n\r\n",
                "HTTP/1.1 200 OK\r\nServer: x",
                "SSH-2.0-OpenSSH_9.2p1\r\n",
                "")) {
            seeds.add(seed(0, answer));
            seeds.add(seed(1, answer));
        }
        for (String header :
                List.of("AB\u0081\u0080", "AB\u0081\u0083", "AB\u0081\u0082", "AB\u0001\u0000", "BA\u0081\u0080")) {
            seeds.add(seed(DNS, header + "\0\1\0\0\0\0\0\0\7example\3org\0\0\1\0\1"));
        }
        return seeds;
    }

    private static byte[] seed(int kind, String answer) {
        return ((char) kind + answer).getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void assertReach() {
        assertThat(met)
                .contains(
                        "UP HTTP status ",
                        "DOWN HTTP status ",
                        "DOWN body lacks ",
                        "DOWN it does not speak HTTP/",
                        "DOWN its answer has a field that is none: ",
                        "DOWN its answer has the Content-Length ",
                        "DOWN its answer has a chunk without a size",
                        "DOWN ended: it closed the connection amid its answer",
                        "DOWN ended: it closed the connection without an answer",
                        "no DNS",
                        "DNS UP",
                        "DNS DOWN");
    }
}
