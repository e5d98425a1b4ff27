package dev.trigon.dataplane.control;

import dev.trigon.dataplane.api.ControlApi;
import dev.trigon.dataplane.service.Refusal;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From a request to the route that answers it, and from whatever that gives or throws to JSON. */
final class ControlHandler extends Handler.Abstract {
    private static final Logger LOG = LoggerFactory.getLogger(ControlHandler.class);

    private static final Answer TOO_LARGE = Answer.error(413, "the request", ControlApi.TOO_LARGE, "send less at once");

    /** Each keeps a thread for as long as its reader takes: others must go on being answered. */
    private static final int MOST_STREAMS = 3;

    private static final int STREAM_BUFFER_OCTETS = 64 * 1024;
    private static final Answer BUSY = Answer.error(
            503,
            "the request",
            "as many lists are being read already as vipd writes at once (" + MOST_STREAMS + ")",
            "try again when one has ended");

    /** Two are whole in memory, and one of them is read. */
    private static final int MOST_LARGE = 2;

    private static final Answer FULL = Answer.error(
            503,
            "the request",
            "as many large requests are being taken already as vipd takes at once (" + MOST_LARGE + ")",
            "try again when one has ended");

    private final Semaphore streams = new Semaphore(MOST_STREAMS);
    private final Semaphore large = new Semaphore(MOST_LARGE);
    /** What is made of a large request is many times its size. */
    private final Object oneLarge = new Object();

    private final List<Route> routes;

    ControlHandler(List<Route> routes) {
        this.routes = List.copyOf(routes);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        new RequestBody(request, ControlApi.MAX_REQUEST_OCTETS, large, new RequestBody.Taker() {
                    @Override
                    public Answer whole(byte[] body) {
                        return answerTo(request, body);
                    }

                    @Override
                    public void answered(Answer answer) {
                        send(answer, response, callback);
                    }

                    @Override
                    public void tooLarge() {
                        write(TOO_LARGE, response, callback);
                    }

                    @Override
                    public void tooMany() {
                        write(FULL, response, callback);
                    }

                    @Override
                    public void failed(Throwable why) {
                        callback.failed(why);
                    }
                })
                .run();
        return true;
    }

    private Answer answerTo(Request request, byte[] body) {
        if (body.length <= RequestBody.SMALL_OCTETS) {
            return answer(request, body);
        }
        synchronized (oneLarge) {
            return answer(request, body);
        }
    }

    private void send(Answer answer, Response response, Callback callback) {
        if (!(answer.body() instanceof Streamed list)) {
            write(answer, response, callback);
        } else if (!streams.tryAcquire()) {
            write(BUSY, response, callback);
        } else {
            try {
                stream(list, answer, response, callback);
            } finally {
                streams.release();
            }
        }
    }

    static void write(Answer answer, Response response, Callback callback) {
        begin(answer, response);
        response.write(true, ByteBuffer.wrap(Json.octets(answer.body())), callback);
    }

    private static void begin(Answer answer, Response response) {
        response.setStatus(answer.status());
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        answer.headers().forEach(response.getHeaders()::put);
    }

    /** In chunks even where the connection ends with the answer: a list that broke off must not look like a whole one. */
    private static void stream(Streamed list, Answer answer, Response response, Callback callback) {
        begin(answer, response);
        response.getHeaders().put(HttpHeader.TRANSFER_ENCODING, "chunked");
        OutputStream out = new BufferedOutputStream(Content.Sink.asOutputStream(response), STREAM_BUFFER_OCTETS);
        try {
            Json.writeList(list, out);
            out.close();
            callback.succeeded();
        } catch (IOException e) {
            LOG.debug("a reader of a list went away", e);
            callback.failed(e);
        } catch (RuntimeException e) {
            LOG.error("a list broke off", e);
            callback.failed(e);
        }
    }

    private Answer answer(Request request, byte[] body) {
        try {
            return dispatch(request, body);
        } catch (Refusal e) {
            return Answer.refused(e);
        } catch (RuntimeException e) {
            LOG.error("{} {} failed", request.getMethod(), request.getHttpURI().getPath(), e);
            return Answer.error(
                    500,
                    "the request",
                    "vipd met an error of its own (" + e.getClass().getSimpleName() + ")",
                    "see vipd's log; forwarding goes on");
        }
    }

    private Answer dispatch(Request request, byte[] body) throws Refusal {
        List<String> path = Route.split(request.getHttpURI().getDecodedPath());
        TreeSet<String> methods = new TreeSet<>();
        for (Route route : routes) {
            Map<String, String> segments = route.match(path);
            if (segments == null) {
                continue;
            }
            if (route.method().equals(request.getMethod())) {
                return route.answer(
                        new Call(segments, query(request), request.getHeaders().get(HttpHeader.IF_MATCH), body));
            }
            methods.add(route.method());
        }
        if (methods.isEmpty()) {
            return Answer.error(
                    404,
                    "the request",
                    "there is nothing at " + request.getHttpURI().getPath(),
                    "see the API's paths under " + ControlApi.ROOT);
        }
        String allowed = String.join(", ", methods);
        return Answer.error(405, "the request", request.getMethod() + " is not for this path", "use " + allowed)
                .with("Allow", allowed);
    }

    private static Map<String, String> query(Request request) throws Refusal {
        Map<String, String> query = new HashMap<>();
        for (Fields.Field field : parameters(request)) {
            if (field.getValues().size() > 1) {
                throw new Refusal(
                        Refusal.Kind.MALFORMED,
                        "the request",
                        "the parameter '" + field.getName() + "' is given twice",
                        "keep one of them");
            }
            query.put(field.getName(), field.getValue());
        }
        return query;
    }

    private static Fields parameters(Request request) throws Refusal {
        try {
            return Request.extractQueryParameters(request);
        } catch (IllegalArgumentException | IllegalStateException e) {
            // Jetty throws the one for what is no escape, the other for what is no UTF-8
            throw new Refusal(
                    Refusal.Kind.MALFORMED, "the request", "its query cannot be decoded", "percent-encode it as UTF-8");
        }
    }
}
