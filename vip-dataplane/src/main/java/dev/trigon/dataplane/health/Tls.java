package dev.trigon.dataplane.health;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** TLS for checks: with whomever answers, as a rule, since a check asks whether a server works and not who it is. */
final class Tls {
    private @Nullable SSLContext anybody;
    private @Nullable SSLContext trusted;

    /**
     * Makes the client's side of a connection.
     *
     * @param host whose certificate it is to be, and which server is asked for where it is a name
     * @param verify whether the certificate matters
     */
    SSLEngine engine(String host, int port, boolean verify) {
        SSLEngine engine = context(verify).createSSLEngine(host, port);
        engine.setUseClientMode(true);
        if (verify) {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            engine.setSSLParameters(parameters);
        }
        return engine;
    }

    private SSLContext context(boolean verify) {
        SSLContext context = verify ? trusted : anybody;
        if (context == null) {
            context = create(verify);
            if (verify) {
                trusted = context;
            } else {
                anybody = context;
            }
        }
        return context;
    }

    private static SSLContext create(boolean verify) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, verify ? null : new TrustManager[] {new TrustAnybody()}, null);
            // a check is to see that a handshake works, not that an old session is remembered
            context.getClientSessionContext().setSessionCacheSize(1);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }

    /** Extended, since for the plain kind Java would still look at names and algorithms. */
    private static final class TrustAnybody extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
