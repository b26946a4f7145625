using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Node.Cluster;
using MpcSigner.Node.Log;
using MpcSigner.Node.Tls;
using MpcSigner.Rpc.Server;

namespace MpcSigner.Node.Services;

/// <summary>Who may come in, and through which door: every TLS key is pinned to one node, client or administrator of the roster.</summary>
internal sealed class Door(Roster roster, NodeId self, ILogger logger)
{
    private volatile RosterPins _pins = new(roster, self);

    /// <summary>One certificate object a connection: its pin is computed once. Whose it is is asked of the roster in force, call by call.</summary>
    private readonly ConditionalWeakTable<X509Certificate2, object> _known = [];

    /// <summary>Another roster is in force: connections that its pins do not admit serve no further call.</summary>
    public void Adopt(Roster next) => _pins = new(next, self);

    /// <summary>The handshake's question: authority and dates right, and the key in the roster.</summary>
    public bool Admits(X509Certificate2 certificate, SslPolicyErrors errors)
    {
        var pin = NodeCertificate.PinOf(certificate);
        if (errors != SslPolicyErrors.None)
        {
            NetworkLog.BadCertificate(logger, pin, errors.ToString());
            return false;
        }
        if (_pins.Find(pin) is not null)
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
        // The handshake has admitted it, but by the roster of that moment.
        return (certificate is null ? null : _pins.Find((Digest32)_known.GetValue(certificate, static shown => NodeCertificate.PinOf(shown))))
            ?? throw new ServiceException(new(Reason.NotEntitled, "The roster does not know this TLS key.", "Have an administrator add its pin to the roster."));
    }
}
