{{/*
Every object of a service. Takes { root, name, path, values }: the root context, the name, where its values stand (for
messages), and its block of values, which is laid over the defaults.
*/}}
{{- define "service.all" -}}
{{- $service := dict "root" .root "name" .name "path" .path "values" (include "service.values" . | fromYaml) }}
{{- if $service.values.enabled }}
{{- include "service.check" $service }}
---
{{ include "service.serviceAccount" $service }}
---
{{ include "service.deployment" $service }}
---
{{ include "service.services" $service }}
{{- if include "service.readsTruth" $service }}
---
{{ include "service.ringRole" $service }}
{{- end }}
{{- if .root.Values.networkPolicy.enabled }}
---
{{ include "service.networkPolicy" $service }}
{{- end }}
{{- if $service.values.podDisruptionBudget.enabled }}
---
{{ include "service.disruptionBudget" $service }}
{{- end }}
{{- if $service.values.autoscaling.enabled }}
---
{{ include "service.autoscaler" $service }}
{{- end }}
{{- end }}
{{- end }}

{{/* What the schema cannot know. */}}
{{- define "service.check" -}}
{{- if not .values.image.repository }}
{{- fail (printf "%s.image.repository: is required" .path) }}
{{- end }}
{{- if and .values.rings (not .values.management) }}
{{- fail (printf "%s.rings: a component without management takes part in no ring" .path) }}
{{- end }}
{{- if and .values.sessions (not .root.Values.auth.sessionReader.existingSecret) }}
{{- fail (printf "%s.sessions: needs auth.sessionReader.existingSecret, the password of the database role that looks sessions up" .path) }}
{{- end }}
{{- range $ring, $role := .values.rings }}
{{- if not (hasKey $.root.Values.rings $ring) }}
{{- fail (printf "%s.rings.%s: there is no such ring under rings; it has %s" $.path $ring (keys $.root.Values.rings | sortAlpha | join ", ")) }}
{{- end }}
{{- if and (eq $role "verifier") (eq (get $.root.Values.rings $ring).type "SharedSecret") }}
{{- fail (printf "%s.rings.%s: must be holder: whoever verifies with a shared secret holds it, and %s is one" $.path $ring $ring) }}
{{- end }}
{{- end }}
{{- end }}
