package dev.trigon.dataplane.health;

import dev.trigon.dataplane.service.HealthProbe;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A DNS query (RFC 1035, 4.1). Of a name that was chosen, an answer or the word that it does not exist is good, and a server that
 * refuses it or fails is not. Where none was chosen the root is asked for, which many a server rightly refuses: then all is
 * good but that it fails (SERVFAIL).
 *
 * <pre>
 *  0                   1
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5
 * +-------------------------------+
 * |              id               |
 * |Q|opcode |A|T|R|R|  z  | rcode |
 * |           questions           |
 * |            answers            |
 * |          authorities          |
 * |          additionals          |
 * +-------------------------------+
 * </pre>
 */
final class DnsAsked implements DatagramExchange.Asked {
    private static final int HEADER_LENGTH = 12;
    private static final int FLAGS_OFFSET = 2;
    private static final int IS_ANSWER = 0x8000;
    private static final int RECURSION_DESIRED = 0x0100;
    private static final int RCODE = 0x000f;
    private static final int CLASS_IN = 1;

    private static final int NO_ERROR = 0;
    private static final int SERVER_FAILURE = 2;
    private static final int NO_SUCH_NAME = 3;
    private static final String[] RCODES = {"NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"};

    private final HealthProbe.Dns probe;
    private final Question question;
    private final short id;

    DnsAsked(HealthProbe.Dns probe, Question question, short id) {
        this.probe = probe;
        this.question = question;
        this.id = id;
    }

    private String name() {
        return probe.query() == null ? "." : probe.query();
    }

    @Override
    public ByteBuffer datagram() {
        byte[] name = name().getBytes(StandardCharsets.US_ASCII);
        ByteBuffer query = ByteBuffer.allocate(HEADER_LENGTH + name.length + 6)
                .putShort(id)
                .putShort((short) RECURSION_DESIRED)
                .putShort((short) 1)
                .putShort((short) 0)
                .putInt(0);
        for (String label : name().split("\\.", -1)) {
            if (!label.isEmpty()) {
                query.put((byte) label.length()).put(label.getBytes(StandardCharsets.US_ASCII));
            }
        }
        return query.put((byte) 0)
                .putShort((short) probe.recordType().number())
                .putShort((short) CLASS_IN)
                .flip();
    }

    @Override
    public @Nullable Outcome answered(ByteBuffer datagram) {
        if (datagram.remaining() < HEADER_LENGTH || datagram.getShort(0) != id) {
            return null;
        }
        int flags = datagram.getShort(FLAGS_OFFSET);
        if ((flags & IS_ANSWER) == 0) {
            return null;
        }
        int rcode = flags & RCODE;
        String said = "DNS answer " + (rcode < RCODES.length ? RCODES[rcode] : "code " + rcode);
        boolean good = probe.query() == null ? rcode != SERVER_FAILURE : rcode == NO_ERROR || rcode == NO_SUCH_NAME;
        return good ? Outcome.up(said) : Outcome.down(said + " to the query for '" + name() + "'");
    }

    @Override
    public Outcome timedOut(boolean pinged) {
        return Outcome.down(Reasons.noAnswer(question.spec().timeout()));
    }

    @Override
    public boolean wantsPing() {
        return false;
    }
}
