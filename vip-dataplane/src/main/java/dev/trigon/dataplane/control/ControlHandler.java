package dev.trigon.dataplane.control;

import dev.trigon.dataplane.api.ControlApi;
import dev.trigon.dataplane.service.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
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

    private final List<Route> routes;

    ControlHandler(List<Route> routes) {
        this.routes = List.copyOf(routes);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws IOException {
        write(answer(request), response, callback);
        return true;
    }

    static void write(Answer answer, Response response, Callback callback) {
        response.setStatus(answer.status());
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        answer.headers().forEach(response.getHeaders()::put);
        response.write(true, ByteBuffer.wrap(Json.octets(answer.body())), callback);
    }

    private Answer answer(Request request) throws IOException {
        try {
            return dispatch(request);
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

    private Answer dispatch(Request request) throws IOException, Refusal {
        List<String> path = Route.split(request.getHttpURI().getDecodedPath());
        TreeSet<String> methods = new TreeSet<>();
        for (Route route : routes) {
            Map<String, String> segments = route.match(path);
            if (segments == null) {
                continue;
            }
            if (route.method().equals(request.getMethod())) {
                return call(route, segments, request);
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

    private static Answer call(Route route, Map<String, String> segments, Request request) throws IOException, Refusal {
        byte[] body;
        try (InputStream in = Content.Source.asInputStream(request)) {
            body = in.readNBytes(ControlApi.MAX_REQUEST_OCTETS + 1);
        }
        if (body.length > ControlApi.MAX_REQUEST_OCTETS) {
            return Answer.error(413, "the request", "it is larger than 1 MiB", "send less at once");
        }
        Map<String, String> query = new HashMap<>();
        for (Fields.Field field : Request.extractQueryParameters(request)) {
            query.put(field.getName(), new ArrayList<>(field.getValues()).get(0));
        }
        return route.action().answer(new Call(segments, query, body));
    }
}
