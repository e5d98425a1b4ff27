package dev.trigon.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.trigon.dataplane.api.ControlApi;
import dev.trigon.dataplane.api.ErrorView;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** One run of vipctl: which vipd it speaks to, and how it prints. Nothing is opened before a command needs it. */
final class Session {
    private static final byte[] NO_BODY = {};
    private static final int ITEMS_BETWEEN_CHECKS = 200;

    private final Screen out;
    private final PrintWriter err;
    private final Surroundings around;
    private Path socket = Path.of(ControlApi.DEFAULT_SOCKET);
    private OutputFormat format = OutputFormat.table;
    private boolean debug;
    private @Nullable ObjectMapper json;

    Session(PrintWriter out, PrintWriter err, Surroundings around) {
        this.out = new Screen(out, around.terminal(), around.environment());
        this.err = err;
        this.around = around;
    }

    void socket(Path newSocket) {
        socket = newSocket;
    }

    void format(OutputFormat newFormat) {
        format = newFormat;
    }

    OutputFormat format() {
        return format;
    }

    void debug(boolean newDebug) {
        debug = newDebug;
    }

    boolean debug() {
        return debug;
    }

    long nowNs() {
        return around.nowNs().getAsLong();
    }

    void pause(long ns) {
        around.pauseNs().accept(ns);
    }

    boolean canAsk() {
        return around.answers() != null;
    }

    /** A line that somebody types; an empty one where nobody does any more. */
    String ask(String question) {
        out.flush();
        err.print(question);
        err.flush();
        BufferedReader answers = around.answers();
        try {
            String answer = answers == null ? null : answers.readLine();
            return answer == null ? "" : answer;
        } catch (IOException e) {
            return "";
        }
    }

    Screen out() {
        return out;
    }

    PrintWriter err() {
        return err;
    }

    /** A path of the API, its segments escaped. */
    static String path(String... segments) {
        StringBuilder path = new StringBuilder(ControlApi.ROOT);
        for (String segment : segments) {
            path.append('/').append(escaped(segment));
        }
        return path.toString();
    }

    static String escaped(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    ControlReply get(String path) {
        return send("GET", path, NO_BODY);
    }

    ControlReply delete(String path) {
        return send("DELETE", path, NO_BODY);
    }

    ControlReply send(String method, String path, Object body) {
        try {
            return send(method, path, json().writeValueAsBytes(body));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a request that JSON cannot hold", e);
        }
    }

    ControlReply send(String method, String path, byte[] body) {
        return send(method, path, null, body);
    }

    /** Asks for something without saying more than where. */
    ControlReply post(String path) {
        return send("POST", path, null, NO_BODY);
    }

    /** @param ifRevision only while the services are of this revision; null: whichever they are of */
    ControlReply send(String method, String path, @Nullable Long ifRevision, byte[] body) {
        ControlReply reply = new ControlClient(socket).send(method, path, ifRevision, body);
        if (!reply.isSuccess()) {
            throw refused(reply);
        }
        return reply;
    }

    /** Takes a list while it arrives, at its beginning. */
    interface ListReader {
        void read(ControlHead head, JsonParser list) throws IOException;
    }

    /** Asks for a list that may be too long to be held. */
    void list(String path, ListReader reader) {
        new ControlClient(socket).send("GET", path, null, NO_BODY, (head, body) -> {
            if (!head.isSuccess()) {
                throw refused(ControlClient.whole(head, body));
            }
            try (JsonParser list = json().createParser(body)) {
                if (list.nextToken() != JsonToken.START_ARRAY) {
                    throw notUnderstood(head);
                }
                reader.read(head, list);
            } catch (JsonProcessingException e) {
                throw notUnderstood(head);
            }
            return head;
        });
    }

    /** The next item of a list, or null at its end. */
    <T> @Nullable T next(JsonParser list, Class<T> type) throws IOException {
        return list.nextToken() == JsonToken.END_ARRAY ? null : json().readValue(list, type);
    }

    /** Prints a list while it arrives, where a program reads it. Answers how many items it had. */
    long copy(JsonParser list) throws IOException {
        long items = 0;
        try (JsonGenerator printed = format == OutputFormat.yaml ? Yaml.generator(out) : generator()) {
            printed.writeStartArray();
            while (list.nextToken() != JsonToken.END_ARRAY) {
                printed.copyCurrentStructure(list);
                items++;
                if (items % ITEMS_BETWEEN_CHECKS == 0) {
                    checkOut();
                }
            }
            printed.writeEndArray();
        }
        if (format != OutputFormat.yaml) {
            out.println();
        }
        return items;
    }

    private JsonGenerator generator() throws IOException {
        return json().createGenerator(out).setPrettyPrinter(printer()).disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
    }

    /** Ends a long output that nobody reads any more, such as {@code vipctl flows list | head}. */
    void checkOut() {
        if (out.checkError()) {
            throw new OutputClosed();
        }
    }

    <T> T read(ControlReply reply, Class<T> type) {
        try {
            return json().readValue(reply.body(), type);
        } catch (JsonProcessingException e) {
            throw notUnderstood(reply.head());
        }
    }

    private Refused refused(ControlReply reply) {
        return new Refused(read(reply, ErrorView.class).error().line());
    }

    private static Refused notUnderstood(ControlHead head) {
        return new Refused("vipd's answer: it is not understood (HTTP status " + head.status()
                + "); check that vipd and vipctl are of one version");
    }

    /** Prints the answer as it came where a program reads it, and by {@code table} where a person does. */
    void print(ControlReply reply, Runnable table) {
        if (format == OutputFormat.table) {
            table.run();
        } else {
            printTree(read(reply, JsonNode.class));
        }
    }

    /** Prints one of many, as a line of JSON or as a YAML document. */
    void printItem(Object item) {
        JsonNode tree = json().valueToTree(item);
        try {
            out.println(format == OutputFormat.yaml ? "---\n" + Yaml.write(tree) : json().writeValueAsString(tree));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree that was read can be written", e);
        }
    }

    /** Prints an answer that is a services file: in YAML, unless another form was asked for. */
    void printFile(ControlReply reply) {
        format = format == OutputFormat.table ? OutputFormat.yaml : format;
        printTree(read(reply, JsonNode.class));
    }

    /** What vipctl itself has found out. */
    void printValue(Object value, Runnable table) {
        if (format == OutputFormat.table) {
            table.run();
        } else {
            printTree(json().valueToTree(value));
        }
    }

    void printTree(JsonNode tree) {
        try {
            out.println(format == OutputFormat.yaml ? Yaml.write(tree) : pretty(tree));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree that was read can be written", e);
        }
    }

    private String pretty(JsonNode tree) throws JsonProcessingException {
        return json().writer(printer()).writeValueAsString(tree);
    }

    private static DefaultPrettyPrinter printer() {
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
        printer.indentArraysWith(DefaultIndenter.SYSTEM_LINEFEED_INSTANCE);
        return printer;
    }

    private ObjectMapper json() {
        if (json == null) {
            json = JsonMapper.builder()
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .defaultPropertyInclusion(JsonInclude.Value.ALL_NON_NULL)
                    .build();
        }
        return json;
    }
}
