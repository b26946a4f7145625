using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace MpcSigner.Rpc.Server;

/// <summary>What a handler may ask of the connection under its call.</summary>
internal static class ServerCallContextExtensions
{
    public static HttpContext GetHttpContext(this ServerCallContext context) => context is HttpServerCallContext call
        ? call.Http
        : throw new ArgumentException("This call did not come over HTTP.", nameof(context));

    /// <summary>The certificate that the client proved to hold in the handshake; null when the listener asked for none.</summary>
    /// <remarks>Its DER is <see cref="X509Certificate.GetRawCertData"/>; its pin <see cref="SubjectKeyPin.Of"/>. It belongs to the connection: do not dispose it.</remarks>
    public static X509Certificate2? GetPeerCertificate(this ServerCallContext context) => context.GetHttpContext().Connection.ClientCertificate;
}
