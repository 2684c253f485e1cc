{{- define "keyturn.postgresPod" -}}
{{- $postgres := .Values.postgres -}}
serviceAccountName: {{ include "service.name" (dict "root" . "name" "postgres") }}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  {{- include "service.podSecurity" . | nindent 2 }}
{{- range $key := list "nodeSelector" "tolerations" }}
{{- with get $postgres $key }}
{{ $key }}: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- with .Values.global.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
containers:
  - name: postgres
    image: {{ include "service.image" (dict "root" . "image" $postgres.image) }}
    imagePullPolicy: {{ include "service.pullPolicy" (dict "root" . "image" $postgres.image) }}
    securityContext:
      {{- include "service.containerSecurity" . | nindent 6 }}
    env:
      - { name: POSTGRES_USER, value: keyturn }
      - { name: POSTGRES_DB, value: keyturn }
      - { name: POSTGRES_PASSWORD_FILE, value: /etc/postgres/password }
      - { name: PGDATA, value: /var/lib/postgresql/data/pgdata }
    ports:
      - { name: postgres, containerPort: 5432 }
    startupProbe:
      exec: { command: [pg_isready, -q, -h, 127.0.0.1, -U, keyturn] }
      periodSeconds: 1
      timeoutSeconds: 5
      failureThreshold: 120
    readinessProbe:
      exec: { command: [pg_isready, -q, -h, 127.0.0.1, -U, keyturn] }
      periodSeconds: 5
      timeoutSeconds: 5
    resources:
      {{- toYaml $postgres.resources | nindent 6 }}
    volumeMounts:
      - { name: data, mountPath: /var/lib/postgresql/data }
      - { name: tmp, mountPath: /tmp }
      - { name: sockets, mountPath: /var/run/postgresql }
      - { name: shm, mountPath: /dev/shm }
      - { name: password, mountPath: /etc/postgres, readOnly: true }
volumes:
  - { name: tmp, emptyDir: {} }
  - { name: sockets, emptyDir: {} }
  - { name: shm, emptyDir: { medium: Memory, sizeLimit: 64Mi } }
  - name: password
    secret:
      secretName: {{ include "service.postgresSecret" . }}
      defaultMode: 0440
      items: [{ key: {{ $postgres.passwordKey }}, path: password }]
{{- end }}

{{/* Ingress of the trial server: the components whose database is there. */}}
{{- define "keyturn.databaseClients" }}
{{- $clients := list }}
{{- if and .Values.auth.database.name (not .Values.auth.database.existingSecret) }}{{ $clients = append $clients "auth" }}{{ end }}
{{- range $name, $block := .Values.services }}
{{- $database := ($block).database | default dict }}
{{- $sessions := and ($block).sessions (not $.Values.auth.database.existingSecret) }}
{{- if or $sessions (and $database.name (not $database.existingSecret)) }}{{ $clients = append $clients $name }}{{ end }}
{{- end }}
{{- if $clients }}
- from:
    {{- range $clients }}
    - podSelector: { matchLabels: { app.kubernetes.io/name: {{ . }}, app.kubernetes.io/instance: {{ $.Release.Name }} } }
    {{- end }}
  ports: [{ port: 5432 }]
{{- end }}
{{- end }}
