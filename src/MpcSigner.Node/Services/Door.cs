using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using MpcSigner.Core.Faults;
using MpcSigner.Node.Cluster;
using MpcSigner.Node.Log;
using MpcSigner.Node.Tls;
using MpcSigner.Rpc.Server;

namespace MpcSigner.Node.Services;

/// <summary>Who may come in, and through which door: every TLS key is pinned to one node, client or administrator of the roster.</summary>
internal sealed class Door(RosterPins pins, ILogger logger)
{
    /// <summary>One certificate object a connection: the pin is computed once.</summary>
    private readonly ConditionalWeakTable<X509Certificate2, Caller> _known = [];

    /// <summary>The handshake's question: authority and dates right, and the key in the roster.</summary>
    public bool Admits(X509Certificate2 certificate, SslPolicyErrors errors)
    {
        var pin = NodeCertificate.PinOf(certificate);
        if (errors != SslPolicyErrors.None)
        {
            NetworkLog.BadCertificate(logger, pin, errors.ToString());
            return false;
        }
        if (pins.Find(pin) is not null)
            return true;
        NetworkLog.UnknownPin(logger, pin);
        return false;
    }

    /// <exception cref="ServiceException">The caller is a node or an administrator.</exception>
    public Caller.Client Client(ServerCallContext context)
    {
        var caller = Caller(context);
        return caller as Caller.Client
            ?? throw new ServiceException(new(Reason.NotEntitled, $"This service is for clients; the TLS key shown belongs to {caller.Holder}.", "Call with a client's TLS certificate."));
    }

    /// <exception cref="ServiceException">The caller is no node.</exception>
    public Caller.Node Node(ServerCallContext context)
    {
        var caller = Caller(context);
        return caller as Caller.Node
            ?? throw new ServiceException(new(Reason.NotEntitled, $"This service is for nodes of the cluster; the TLS key shown belongs to {caller.Holder}.", "Use KeyService, SigningService or NodeService."));
    }

    /// <exception cref="ServiceException">The caller is no administrator.</exception>
    public Caller.Administrator Administrator(ServerCallContext context)
    {
        var caller = Caller(context);
        return caller as Caller.Administrator
            ?? throw new ServiceException(new(Reason.NotEntitled, $"This service is for administrators; the TLS key shown belongs to {caller.Holder}.",
                "Call with a TLS certificate whose key the roster pins for an administrator."));
    }

    /// <summary>Whoever it is, for what all may ask.</summary>
    public Caller Caller(ServerCallContext context)
    {
        var certificate = context.GetPeerCertificate();
        if (certificate is not null && _known.TryGetValue(certificate, out var known))
            return known;
        // The handshake has admitted it; without a holder it would not have.
        var caller = certificate is null ? null : pins.Find(NodeCertificate.PinOf(certificate));
        if (caller is null)
            throw new ServiceException(new(Reason.NotEntitled, "The roster does not know this TLS key.", "Have an administrator add its pin to the roster."));
        _known.AddOrUpdate(certificate!, caller);
        return caller;
    }
}
